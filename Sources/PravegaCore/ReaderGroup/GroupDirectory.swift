// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// What a reader group asks the controller. Every call blocks at most until its deadline.
package protocol GroupDirectory: Sendable {
  /// The segments at the head of a stream and their first offsets.
  func headSegments(
    of stream: PravegaStream, until deadline: Deadline
  ) throws -> [Segment: Int64]

  /// The segments that follow one, each with all of its predecessors.
  func successors(
    of segment: Segment, until deadline: Deadline
  ) throws -> [ReaderGroupUpdate.Successor]

  func readerGroupConfig(
    scope: String, group: String, until deadline: Deadline
  ) throws -> ReaderGroupConfig

  /// Says how far a group has got, so that retention may take what lies before.
  func updateSubscriberStreamCut(
    _ cut: StreamCut, of stream: PravegaStream, subscriber: String, groupID: UniqueID,
    generation: Int64, until deadline: Deadline
  ) throws
}

extension ReaderGroupStart {
  /// The beginning of a group with a configuration: where its streams begin and end.
  package static func make(
    _ config: ReaderGroupConfig, _ controller: any GroupDirectory,
    until deadline: Deadline
  ) throws -> ReaderGroupStart {
    var starting: [SegmentWithRange: Int64] = [:]
    for (stream, cut) in config.startingStreamCuts {
      let isBounded = cut.stream != nil
      let positions =
        isBounded ? cut.positions : try controller.headSegments(of: stream, until: deadline)
      for (segment, offset) in positions { starting[SegmentWithRange(segment, nil)] = offset }
    }
    let ends = config.endingStreamCuts.values.flatMap { $0.positions }
      .map { ($0.key, $0.value < 0 ? Int64.max : $0.value) }
    return ReaderGroupStart(
      config: config, startingSegments: starting,
      endSegments: Dictionary(ends) { $1 })
  }
}
