// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// A reader group whose progress holds back the retention of a stream.
package struct SubscriberRecord: Sendable {
  package var generation: Int64
  /// Empty: nothing reported yet.
  package var cut: CutMap = [:]
}

package enum SubscriberStatus: Int32, Sendable {
  case success = 0
  case failure, streamNotFound, subscriberNotFound, cutNotValid, generationMismatch
}

extension StreamRecord {
  mutating func subscribe(_ name: String, generation: Int64) {
    guard let present = subscribers[name] else {
      subscribers[name] = SubscriberRecord(generation: generation)
      return
    }
    if generation > present.generation { subscribers[name]?.generation = generation }
  }

  mutating func unsubscribe(_ name: String, generation: Int64) {
    guard let present = subscribers[name], generation >= present.generation else { return }
    subscribers[name] = nil
  }

  /// Notes how far a subscriber has read. The caller has compared the group's id.
  mutating func report(
    _ cut: CutMap, by name: String, generation: Int64
  ) throws -> SubscriberStatus {
    guard let subscriber = subscribers[name] else { return .subscriberNotFound }
    guard subscriber.generation == generation else { return .generationMismatch }
    guard !cut.isEmpty else { throw ControllerFailure.invalidArgument("the cut is empty") }
    guard cut.keys.allSatisfy(contains) else { return .failure }
    guard try isValid(cut), try isEqualOrAfter(cut, subscriber.cut) else { return .cutNotValid }
    subscribers[name]?.cut = cut
    return .success
  }

  /// The furthest position that no reporting subscriber still needs anything before.
  var subscribersLowerBound: CutMap {
    var bound: CutMap = [:]
    for subscriber in subscribers.values {
      for (id, offset) in subscriber.cut.sorted(by: { $0.key < $1.key }) {
        lower(&bound, to: id, offset)
      }
    }
    return bound
  }

  private func lower(_ bound: inout CutMap, to id: Int64, _ offset: Int64) {
    if let present = bound[id] {
      bound[id] = min(present, offset)
      return
    }
    guard let segment = try? segment(id) else { return }
    let others = bound.keys.compactMap { try? self.segment($0) }.filter { $0.overlaps(segment) }
    let earlier = others.filter { $0.id < id }
    if offset < 0 {
      if !covers(earlier, segment) { bound[id] = offset }
      return
    }
    guard earlier.isEmpty else { return }
    bound[id] = offset
    for later in others where later.id > id {
      if (bound[later.id] ?? 0) >= 0 {
        bound[later.id] = nil
      } else {
        let before = bound.keys.compactMap { try? self.segment($0) }
          .filter { $0.overlaps(later) && $0.id < later.id }
        if covers(before, later) { bound[later.id] = nil }
      }
    }
  }

  /// Whether the segments together hold all keys of one.
  private func covers(_ segments: [SegmentRecord], _ segment: SegmentRecord) -> Bool {
    var end = segment.range.low
    for part in segments.sorted(by: { $0.range.low < $1.range.low }) where part.range.low <= end {
      end = max(end, part.range.high)
    }
    return end >= segment.range.high
  }
}
