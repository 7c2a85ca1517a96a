// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaCore

/// Turns the library's errors into a sentence and an exit code.
enum Explain {
  static func report(on error: any Error) -> Program.Report? {
    guard let error = error as? PravegaError else { return nil }
    return Program.Report(error.description, exitCode: exitCode(for: error))
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
  ]
}
