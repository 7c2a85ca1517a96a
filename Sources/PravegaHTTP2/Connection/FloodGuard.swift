// SPDX-License-Identifier: Apache-2.0

/// Counts frames that cost work and bring nothing forward, one bucket per kind.
struct FloodGuard: Sendable {
  private struct Bucket {
    let allowance: HTTP2Allowance
    /// In thousandths of a frame, so that refilling by the millisecond loses nothing.
    var tokens: Int64
    var filledAt: Duration?

    init(_ allowance: HTTP2Allowance) {
      self.allowance = allowance
      tokens = Int64(allowance.burst) * 1_000
    }

    mutating func gain(_ thousandths: Int64) {
      tokens = min(Int64(allowance.burst) * 1_000, tokens &+ thousandths)
    }

    mutating func refill(_ now: Duration) {
      guard let before = filledAt else {
        filledAt = now
        return
      }
      // A day at most: the bucket is full long before, and the product cannot overflow.
      let elapsed = min(max(.zero, now - before), .seconds(86_400))
      let milliseconds =
        elapsed.components.seconds * 1_000
        + elapsed.components.attoseconds / 1_000_000_000_000_000
      guard milliseconds > 0 else { return }
      filledAt = before + .milliseconds(milliseconds)
      gain(milliseconds * Int64(allowance.perSecond))
    }
  }

  /// By the number of the limit; nil where there is none.
  private var buckets: [Bucket?]
  /// Those that useful frames fill.
  private var earning: [(number: Int, gain: Int64)] = []

  init(_ allowances: [HTTP2Limit: HTTP2Allowance]) {
    buckets = [Bucket?](repeating: nil, count: HTTP2Limit.allCases.count)
    for (limit, allowance) in allowances {
      buckets[limit.rawValue] = Bucket(allowance)
      guard allowance.perUsefulFrame > 0 else { continue }
      earning.append((limit.rawValue, Int64(allowance.perUsefulFrame) * 1_000))
    }
  }

  /// - Throws: the connection's end when the peer has used up what it may.
  mutating func charge(_ limit: HTTP2Limit, at now: Duration) throws(HTTP2Error) {
    guard var bucket = buckets[limit.rawValue] else { return }
    bucket.refill(now)
    bucket.tokens -= 1_000
    buckets[limit.rawValue] = bucket
    guard bucket.tokens >= 0 else {
      throw .limit(limit, "too many frames of the kind \(limit)")
    }
  }

  mutating func sawUsefulFrame() {
    for (number, gain) in earning { buckets[number]?.gain(gain) }
  }
}
