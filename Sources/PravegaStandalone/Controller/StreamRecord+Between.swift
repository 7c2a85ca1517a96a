// SPDX-License-Identifier: Apache-2.0

extension StreamRecord {
  /// The segments between two cuts, both included. An empty cut leaves that end open: the start
  /// is then the first epoch, also after truncation.
  func segments(from start: CutMap, to end: CutMap) throws -> [SegmentRecord] {
    guard let first = epochs.first else { return [] }
    if !start.isEmpty, !end.isEmpty, try !isEqualOrAfter(end, start) {
      throw ControllerFailure.invalidArgument("the end lies before the start")
    }
    return segments(
      from: start.isEmpty ? span(ofEpoch: first) : try span(of: start),
      to: end.isEmpty ? span(ofEpoch: activeEpoch) : try span(of: end))
  }

  func segments(from start: CutSpan, to end: CutSpan) -> [SegmentRecord] {
    guard let startLow = start.values.min(), let startHigh = start.values.max(),
      let endLow = end.values.min(), let endHigh = end.values.max(), startLow <= endHigh
    else { return [] }
    var found: Set<SegmentRecord> = []
    let (starts, ends) = (SegmentIndex(start.keys), SegmentIndex(end.keys))
    for epoch in epochs[Int(startLow)...Int(endHigh)] {
      let isInside = startHigh <= epoch.number && epoch.number <= endLow
      for segment in epoch.segments where !found.contains(segment) {
        if isInside || isBetween(segment, starts, ends) { found.insert(segment) }
      }
    }
    return found.sorted { $0.id < $1.id }
  }

  private func isBetween(
    _ segment: SegmentRecord, _ start: SegmentIndex, _ end: SegmentIndex
  ) -> Bool {
    start.overlapping(segment) { $0.id <= segment.id }
      && end.overlapping(segment) { segment.id <= $0.id }
  }
}
