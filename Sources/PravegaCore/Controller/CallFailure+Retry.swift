// SPDX-License-Identifier: Apache-2.0

/// What the caller's loop does after a failed attempt.
package enum RetryDecision: Hashable, Sendable {
  /// The same call fails in the same way.
  case never
  /// Another attempt may succeed, here or at another controller.
  case always
  /// Another attempt may succeed, but these failures are often lasting ones: a few will do.
  case few
}

extension CallFailure {
  /// Whether the controller answered at all.
  package var reachedController: Bool {
    switch kind {
    case .status: true
    case .connectionLost, .protocolViolation, .tooLarge: true
    default: false
    }
  }

  /// Whether the endpoint should be left alone for a while.
  package var blamesEndpoint: Bool {
    switch kind {
    case .status(let code, _): code == GRPCCode.unavailable
    case .deadline, .tooLarge, .badMetadata, .closed, .tooManyFiles: false
    default: true
    }
  }

  /// The statuses that the other clients retry are retried, with one difference: a controller
  /// answers a request that it will never accept with INTERNAL or UNKNOWN, and then a caller should
  /// not wait for half a minute.
  package var decision: RetryDecision {
    switch kind {
    case .status(let code, _): GRPCCode.decision(code)
    case .refused, .unknownHost, .unreachable, .closesAtOnce, .silent, .connectionLost: .always
    case .tooManyFiles: .few
    case .deadline, .certificate, .speaksHTTP1, .speaksTLS, .speaksPlainText, .speaksOther: .never
    case .protocolViolation, .tooLarge, .badMetadata, .closed: .never
    }
  }
}

/// gRPC's status codes by number, as far as they make a difference here.
package enum GRPCCode {
  package static let cancelled = 1
  package static let unknown = 2
  package static let invalidArgument = 3
  package static let deadlineExceeded = 4
  package static let notFound = 5
  package static let alreadyExists = 6
  package static let permissionDenied = 7
  package static let resourceExhausted = 8
  package static let failedPrecondition = 9
  package static let aborted = 10
  package static let outOfRange = 11
  package static let unimplemented = 12
  package static let `internal` = 13
  package static let unavailable = 14
  package static let dataLoss = 15
  package static let unauthenticated = 16

  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]

  package static func name(_ code: Int) -> String {
    names.indices.contains(code) ? names[code] : "status \(code)"
  }

  static func decision(_ code: Int) -> RetryDecision {
    switch code {
    case aborted, cancelled, dataLoss, deadlineExceeded, failedPrecondition: .always
    case resourceExhausted, unavailable: .always
    case `internal`, unknown: .few
    default: .never
    }
  }
}
