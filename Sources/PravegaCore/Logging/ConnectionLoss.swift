// SPDX-License-Identifier: Apache-2.0

/// What the log says when a segment's writer or reader has to leave its connection: what belongs to
/// normal operation has a line of its own and is no warning.
struct ConnectionLoss {
  let level: LogLevel
  let message: String

  /// - Parameters:
  ///   - what: `a connection`, for the sentence.
  ///   - isMove: whether the store said that the segment is elsewhere.
  init(_ what: String, _ error: PravegaError, isMove: Bool) {
    if isMove {
      (level, message) = (.info, "a segment moved to another store")
      return
    }
    switch error.code {
    case .tokenExpired: (level, message) = (.info, "a token expired and is renewed")
    case .objectClosed: (level, message) = (.debug, "\(what) was closed")
    default: (level, message) = (.warning, "\(what) was lost: \(error.message)")
    }
  }
}
