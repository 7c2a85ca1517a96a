// SPDX-License-Identifier: Apache-2.0

/// The status inside a reply, and the errors that such statuses become.
struct Outcome {
  private let context: PravegaError.Context
  private let status: String

  /// - Parameter status: the status as the wire names it.
  init(_ operation: String, _ subject: String, _ status: String) {
    context = PravegaError.Context(operation: operation, subject: subject)
    self.status = status
  }

  func error(
    _ code: PravegaError.Code, _ message: String, hint: String = "",
    retry: PravegaError.Retry = .never
  ) -> PravegaError {
    PravegaError(code, message, hint: hint, retry: retry, context: context)
  }

  /// FAILURE, or a status that this version does not know.
  var failed: PravegaError {
    error(
      .controllerFailure, "The controller answered \(status).",
      hint: "Try again; if it goes on, look at the controller's log.", retry: .safe)
  }

  func badName(_ kind: String) -> PravegaError {
    error(
      .invalidArgument, "The controller does not accept this \(kind) name.",
      hint: "Use letters, digits, '.' and '-'.")
  }

  var noScope: PravegaError {
    error(
      .noSuchScope, "The scope '\(context.subject.prefix { $0 != "/" })' does not exist.",
      hint: "Create it first, or check its name.")
  }

  var noStream: PravegaError {
    error(
      .invalidStream, "The stream '\(context.subject)' does not exist.",
      hint: "Create it first, or check its scope and name.")
  }

  var sealed: PravegaError {
    error(
      .segmentSealed, "The stream '\(context.subject)' is sealed.",
      hint: "Delete it, or use another stream.")
  }

  var noGroup: PravegaError {
    error(
      .readerGroupNotFound, "The reader group '\(context.subject)' does not exist.",
      hint: "Create it first, or check its scope and name.")
  }

  var noTable: PravegaError {
    error(
      .noSuchTable, "The key-value table '\(context.subject)' does not exist.",
      hint: "Create it first, or check its scope and name.")
  }
}

extension PravegaError {
  /// The same error unless the controller said NOT_FOUND: then `other`, which knows what is missing.
  func ifNotFound(_ other: PravegaError) -> PravegaError {
    guard details == .grpcStatus(GRPCCode.notFound) else { return self }
    return PravegaError(
      other.code, other.message, hint: other.hint, retry: .never, context: context,
      underlying: underlying, details: details)
  }
}
