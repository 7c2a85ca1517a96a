// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaCore

/// Turns the library's errors into a sentence and an exit code.
enum Explain {
  static func report(on error: any Error) -> Program.Report? {
    guard let error = error as? PravegaError else { return nil }
    return Program.Report(
      message(of: error), hint: hint(of: error), exitCode: exitCode(for: error),
      code: "\(error.code)")
  }

  /// What the message is about comes first unless it says so itself; the name of the library's call
  /// tells a person at the terminal nothing.
  private static func message(of error: PravegaError) -> String {
    let subject = error.context.subject
    let isNamed =
      error.isNamedByMessage
      || !error.context.endpoint.isEmpty && error.message.contains(error.context.endpoint)
    guard subject.isEmpty || isNamed else {
      return subject + ": " + beginningSmall(error.message)
    }
    return beginningSmall(error.message)
  }

  private static func hint(of error: PravegaError) -> String? {
    error.hint.isEmpty ? nil : error.hint
  }

  /// A sentence after `pravega: `. Words such as TLS stay as they are.
  private static func beginningSmall(_ sentence: String) -> String {
    let second = sentence.dropFirst().first
    guard second?.isLowercase == true || second == " " else { return sentence }
    return sentence.prefix(1).lowercased() + sentence.dropFirst()
  }

  /// A failure after many attempts is named by what failed last.
  static func exitCode(for error: PravegaError) -> ExitCode {
    if let code = exitCodes[error.code] { return code }
    if let cause = error.underlying as? PravegaError { return exitCode(for: cause) }
    return error.code == .retriesExhausted ? .unavailable : .error
  }

  private static let exitCodes: [PravegaError.Code: ExitCode] = [
    .invalidArgument: .usage,
    .noSuchScope: .notFound,
    .invalidStream: .notFound,
    .readerGroupNotFound: .notFound,
    .noSuchSegment: .notFound,
    .noSuchEvent: .notFound,
    .noSuchKey: .notFound,
    .noSuchTable: .notFound,
    .alreadyExists: .conflict,
    .configMismatch: .conflict,
    .segmentSealed: .conflict,
    .illegalState: .conflict,
    .readerNotInReaderGroup: .conflict,
    .badKeyVersion: .conflict,
    .authentication: .notAuthorised,
    .authorization: .notAuthorised,
    .invalidToken: .notAuthorised,
    .tokenExpired: .notAuthorised,
    .timeout: .timedOut,
    .serverTimeout: .timedOut,
    .connectionFailed: .unavailable,
    .invalidMessage: .unavailable,
  ]
}
