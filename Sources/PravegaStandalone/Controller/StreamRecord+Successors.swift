// SPDX-License-Identifier: Apache-2.0

/// A segment that follows a sealed one, and everything that it follows.
package struct SuccessorRecord: Hashable, Sendable {
  package let segment: SegmentRecord
  package let predecessors: [Int64]
}

extension StreamRecord {
  /// What follows a segment. Empty for an active or unknown segment, and for the last segments
  /// of a sealed stream: clients read that as the end of the stream.
  func successors(of id: Int64) -> [SuccessorRecord] {
    guard let last = lastEpoch(of: id), let before = try? epoch(last),
      let after = try? epoch(last + 1), let segment = before.segment(id)
    else { return [] }
    let predecessors = SegmentIndex(before.segments)
    return after.segments.filter { $0.overlaps(segment) }.map { successor in
      var ids: [Int64] = []
      _ = predecessors.overlapping(successor) {
        ids.append($0.id)
        return true
      }
      return SuccessorRecord(segment: successor, predecessors: ids.reversed())
    }
  }

  /// The first readable position of every segment at the head.
  var head: [(segment: Int64, offset: Int64)] {
    guard truncation.cut.isEmpty else {
      return truncation.cut.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
    return (epochs.first?.segments ?? []).map { ($0.id, 0) }
  }
}
