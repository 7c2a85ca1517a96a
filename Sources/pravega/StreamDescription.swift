// SPDX-License-Identifier: Apache-2.0

import PravegaCore

/// What `stream describe` shows.
struct StreamDescription {
  struct SegmentDescription {
    var name: String
    /// nil for the segments of a sealed stream.
    var range: KeyRange?
    var head: Int64
    var tail: Int64
  }

  var isSealed: Bool
  var scaling: String
  var tags: [String]
  var segments: [SegmentDescription] = []

  init(_ configuration: StreamConfiguration, isSealed: Bool) {
    self.isSealed = isSealed
    tags = configuration.tags.sorted()
    let policy = configuration.scalingPolicy
    scaling =
      switch policy.scaleType {
      case .fixedNumSegments: "fixed, \(policy.minNumSegments) segments"
      case .byRateInKBytesPerSec:
        "by rate, \(policy.targetRate) KiB/s a segment, at least \(policy.minNumSegments)"
      case .byRateInEventsPerSec:
        "by rate, \(policy.targetRate) events/s a segment, at least \(policy.minNumSegments)"
      }
  }
}
