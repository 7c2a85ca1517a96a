// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// A group's questions, put to the controller.
package struct ControllerGroupDirectory: GroupDirectory {
  private let controller: any Controller

  package init(_ controller: any Controller) { self.controller = controller }

  package func headSegments(
    of stream: PravegaStream, until deadline: Deadline
  ) throws -> [Segment: Int64] {
    try controller.getSegments(stream, access: nil, until: deadline).offsets
  }

  package func successors(
    of segment: Segment, until deadline: Deadline
  ) throws -> [ReaderGroupUpdate.Successor] {
    let following = try controller.getSegmentsImmediatelyFollowing(segment, until: deadline)
    return following.successors.map { .init($0.segment, predecessorIDs: $0.predecessors) }
  }

  package func readerGroupConfig(
    scope: String, group: String, until deadline: Deadline
  ) throws -> ReaderGroupConfig {
    try controller.getReaderGroupConfig(scope: scope, group: group, until: deadline)
  }

  package func updateSubscriberStreamCut(
    _ cut: StreamCut, of stream: PravegaStream, subscriber: String, groupID: UniqueID,
    generation: Int64, until deadline: Deadline
  ) throws {
    try controller.updateSubscriberStreamCut(
      stream, subscriber: subscriber, id: groupID, generation: generation, cut: cut,
      until: deadline)
  }
}
