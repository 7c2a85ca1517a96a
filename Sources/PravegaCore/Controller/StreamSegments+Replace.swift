// SPDX-License-Identifier: Apache-2.0

extension StreamSegments {
  /// The map after a segment was replaced by its successors.
  ///
  /// - Throws: `controllerFailure` when the successors do not cover what they replace.
  package func replacing(
    _ sealed: Segment, by successors: StreamSegmentSuccessors
  ) throws(PravegaError) -> StreamSegments {
    let id = sealed.segmentID
    guard let old = entries.first(where: { $0.segment.segment.segmentID == id }) else {
      throw Self.mismatch("\(sealed) is not a current segment of the stream")
    }
    let replacements = successors.replacements(of: id)
      .filter { $0.range != nil }
      .sorted { ($0.range?.high ?? 0) > ($1.range?.high ?? 0) }
    try Self.check(replacements, cover: old.segment, isOnlyPredecessor: successors.onlyNames(id))
    return try StreamSegments(
      checking: merged(replacedEntries(id, replacements)), delegationToken: delegationToken)
  }

  /// From the highest bound down, each entry of the sealed segment cut up among its successors.
  private func replacedEntries(_ id: Int64, _ replacements: [SegmentWithRange]) -> [Entry] {
    var result: [Entry] = []
    for index in entries.indices.reversed() {
      let entry = entries[index]
      guard entry.segment.segment.segmentID == id else {
        result.append(entry)
        continue
      }
      let lower = index > 0 ? entries[index - 1].upperBound : -.infinity
      for replacement in replacements {
        guard let high = replacement.range?.high, high > lower else { continue }
        Self.put(replacement, upTo: min(high, entry.upperBound), into: &result)
      }
    }
    return result
  }

  /// The range of a sealed segment may reach beyond the keys that went to it. Of two successors that
  /// both end above those keys the lower one gets them.
  private static func put(
    _ segment: SegmentWithRange, upTo bound: Double, into descending: inout [Entry]
  ) {
    if descending.last?.upperBound == bound { descending.removeLast() }
    descending.append(Entry(upperBound: bound, segment: segment))
  }

  /// Joins neighbours that belong to one segment.
  private func merged(_ descending: [Entry]) -> [Entry] {
    var result: [Entry] = []
    for entry in descending where result.last?.segment.segment != entry.segment.segment {
      result.append(entry)
    }
    return result
  }

  private static func check(
    _ replacements: [SegmentWithRange], cover old: SegmentWithRange, isOnlyPredecessor: Bool
  ) throws(PravegaError) {
    guard let top = replacements.first?.range, let bottom = replacements.last?.range,
      let range = old.range
    else { throw mismatch("\(old.segment) has no successors with ranges") }
    for (upper, lower) in zip(replacements, replacements.dropFirst())
    where abs((upper.range?.low ?? 0) - (lower.range?.high ?? 0)) > 1e-9 {
      throw mismatch("the successors of \(old.segment) are not contiguous")
    }
    let covers =
      isOnlyPredecessor
      ? abs(top.high - range.high) <= 1e-9 && abs(bottom.low - range.low) <= 1e-9
      : top.high >= range.high - 1e-9 && bottom.low <= range.low + 1e-9
    guard covers else { throw mismatch("the successors of \(old.segment) do not cover its range") }
  }

  private static func mismatch(_ what: String) -> PravegaError {
    PravegaError(
      .controllerFailure, "The controller's answer makes no sense: \(what).", retry: .safe)
  }
}

extension StreamSegmentSuccessors {
  /// Whether no other segment is replaced at the same time.
  fileprivate func onlyNames(_ id: Int64) -> Bool {
    successors.allSatisfy { $0.predecessors.allSatisfy { $0 == id } }
  }
}
