// SPDX-License-Identifier: Apache-2.0

extension CallFailure {
  /// A status that a controller answered. What it means for one call in particular, a missing
  /// stream for example, the call itself knows better.
  func statusError(_ code: Int, _ message: String, endpoint: String) -> PravegaError {
    let (errorCode, sentence, hint) = Self.sentences(code, Self.printable(message))
    let retry: PravegaError.Retry =
      decision == .never ? .never : (mayHaveRun ? .outcomeUnknown : .safe)
    return PravegaError(
      errorCode, sentence, hint: hint, retry: retry,
      context: PravegaError.Context(endpoint: endpoint), underlying: self,
      details: .grpcStatus(code))
  }

  private static func sentences(
    _ code: Int, _ message: String
  ) -> (PravegaError.Code, String, String) {
    let said = message.isEmpty ? "" : " (\(message))"
    switch code {
    case GRPCCode.unauthenticated:
      return (
        .authentication, "The controller does not accept the credentials\(said).",
        "Check user name and password, or the token."
      )
    case GRPCCode.permissionDenied:
      return (
        .authorization, "The credentials do not allow this\(said).",
        "Ask for the right, or use other credentials."
      )
    case GRPCCode.unimplemented:
      return (
        .unsupportedOperation, "The controller does not offer this call\(said).",
        "Check that the server is a Pravega controller of a version that has it."
      )
    case GRPCCode.deadlineExceeded:
      return (
        .serverTimeout, "The controller gave up after its own time-out\(said).",
        "Ask whether it was done before trying again."
      )
    case GRPCCode.resourceExhausted:
      return (.resourceExhausted, "The controller is out of resources\(said).", "Try again later.")
    case GRPCCode.notFound:
      return (
        .controllerRPC, "The controller does not know it\(said).",
        "Check the spelling of scope and name."
      )
    default:
      return (
        .controllerRPC, "The controller answered \(GRPCCode.name(code))\(said).", ""
      )
    }
  }

  /// A server's text may be a stack trace, or anything.
  private static func printable(_ text: String) -> String {
    let line = text.split(separator: "\n", maxSplits: 1).first ?? ""
    return String(line.unicodeScalars.prefix(200).filter { $0.value >= 0x20 }.map(Character.init))
  }
}
