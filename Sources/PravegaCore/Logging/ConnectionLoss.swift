// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads

/// What the log says when a segment's writer or reader has to leave its connection: what belongs to
/// normal operation has a line of its own and is no warning.
struct ConnectionLoss: Sendable {
  private(set) var level: LogLevel
  private(set) var message: String
  /// Where the connection led, while it is open whether the store is gone from there or has moved.
  private(set) var doubtfulEndpoint: Endpoint?
  private let start = Deadline.now
  private static let moved = (LogLevel.info, "a segment moved to another store")

  /// - Parameters:
  ///   - what: `a connection`, for the sentence.
  ///   - isMove: whether the store said that the segment is elsewhere.
  init(_ what: String, _ error: PravegaError, of endpoint: Endpoint, isMove: Bool) {
    if isMove {
      (level, message) = Self.moved
      return
    }
    if error.code == .connectionFailed { doubtfulEndpoint = endpoint }
    switch error.code {
    case .tokenExpired: (level, message) = (.info, "a token expired and is renewed")
    case .objectClosed: (level, message) = (.debug, "\(what) was closed")
    default: (level, message) = (.warning, "\(what) was lost: \(error.message)")
    }
  }

  /// Whether the doubt is older than that.
  func isDoubtful(since longest: Duration) -> Bool {
    doubtfulEndpoint != nil && start.advanced(by: longest).hasPassed
  }

  /// What the next attempt to connect shows it to be.
  ///
  /// - Parameter endpoint: where the segment is found; nil: nowhere.
  func explained(by endpoint: Endpoint?) -> ConnectionLoss {
    var explained = self
    if let endpoint, let doubtfulEndpoint, endpoint != doubtfulEndpoint {
      (explained.level, explained.message) = Self.moved
    }
    explained.doubtfulEndpoint = nil
    return explained
  }
}
