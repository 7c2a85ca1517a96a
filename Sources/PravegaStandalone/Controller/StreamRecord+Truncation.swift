// SPDX-License-Identifier: Apache-2.0

/// Where a stream begins now.
package struct TruncationRecord: Sendable, Equatable {
  /// Empty: at the start of the first epoch.
  package var cut: CutMap = [:]
  var span: CutSpan = [:]
  /// Segments that lie wholly before the cut and are gone.
  var deleted: Set<Int64> = []
}

/// What a truncation does at the segment store, and the record that it leaves.
struct TruncationPlan: Sendable {
  /// Offsets by segment id; segments that have not been reached are left alone.
  let truncate: CutMap
  let delete: [Int64]
  let record: TruncationRecord
}

extension StreamRecord {
  /// Nil when the cut is empty, does not cover the key space once, names unknown segments or
  /// lies behind the present head.
  func planTruncation(at cut: CutMap) -> TruncationPlan? {
    guard !cut.isEmpty, let isValid = try? isValid(cut), isValid,
      let isLater = try? isEqualOrAfter(cut, truncation.cut), isLater,
      let span = try? span(of: cut), let first = epochs.first
    else { return nil }
    let start = truncation.cut.isEmpty ? self.span(ofEpoch: first) : truncation.span
    let passed = segments(from: start, to: span).map(\.id)
      .filter { cut[$0] == nil && !truncation.deleted.contains($0) }
    var record = truncation
    record.cut = cut
    record.span = span
    record.deleted.formUnion(passed)
    return TruncationPlan(truncate: cut.filter { $0.value >= 0 }, delete: passed, record: record)
  }

  /// Bytes of the stream before a cut, from its very start on.
  func byteCount(before cut: CutMap) -> Int64 {
    guard let first = epochs.first, let span = try? span(of: cut) else { return 0 }
    var total: Int64 = 0
    for segment in segments(from: self.span(ofEpoch: first), to: span) where cut[segment.id] == nil
    {
      total = total.addingReportingOverflow(sealedByteCount[segment.id] ?? 0).partialValue
    }
    for offset in cut.values where offset > 0 {
      total = total.addingReportingOverflow(offset).partialValue
    }
    return total
  }
}
