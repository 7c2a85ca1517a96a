// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// Reader groups of one scope: made, found, joined, deleted. Safe to use from any thread.
package struct ReaderGroups: Sendable {
  private let core: ClientCore
  private let controller: any Controller
  private let scope: String

  package init(_ core: ClientCore, _ controller: any Controller, scope: String) {
    self.core = core
    self.controller = controller
    self.scope = scope
  }

  private var directory: ControllerGroupDirectory { ControllerGroupDirectory(controller) }

  /// Makes a group.
  ///
  /// - Returns: false when it was there already, with an equal configuration.
  /// - Throws: code `configMismatch` when it was there with another one, `invalidArgument` for a
  ///   name that cannot be, and what the controller answers.
  package func create(
    _ group: String, _ config: ReaderGroupConfig, until deadline: Deadline
  ) throws -> Bool {
    try Names.check(group, as: .readerGroup)
    let isNew = config.readerGroupID == ReaderGroupConfig.defaultID
    let wanted = isNew ? config.with(id: .random(), generation: 0) : config
    let stored = try controller.createReaderGroup(
      scope: scope, group: group, wanted, until: deadline)
    guard stored == wanted else {
      throw PravegaError(
        .configMismatch, "The reader group '\(scope)/\(group)' exists with another configuration.",
        hint: "Use resetReaderGroup to change it, or another name.")
    }
    guard stored.generation <= 0 else { return false }
    let start = try ReaderGroupStart.make(stored, directory, until: deadline)
    let synchronizer = try self.synchronizer(of: group, until: deadline)
    defer { synchronizer.segment.raw.close() }
    try synchronizer.initialize(.start(start), until: deadline)
    return stored.readerGroupID == wanted.readerGroupID
  }

  /// Deletes a group.
  ///
  /// - Throws: code `readerGroupNotFound` when there is none.
  package func delete(_ group: String, until deadline: Deadline) throws {
    let config = try controller.getReaderGroupConfig(
      scope: scope, group: group, until: deadline)
    try controller.deleteReaderGroup(
      scope: scope, group: group, id: config.readerGroupID, until: deadline)
  }

  /// The state of a group. Whoever asks closes its segment.
  ///
  /// - Throws: code `readerGroupNotFound` when there is no such group.
  package func synchronizer(
    of group: String, until deadline: Deadline
  ) throws -> ReaderGroupSynchronizer {
    let stream = PravegaStream(
      uncheckedScope: scope, stream: Names.stateStream(ofGroup: group))
    guard let segment = try stateSegment(stream, group, until: deadline) else {
      throw notFound(group)
    }
    let raw = StoreSegment(core, segment: segment)
    return ReaderGroupSynchronizer(ReaderGroupCodec(), on: RevisionedSegment(raw))
  }

  /// After a group was deleted and made again its segment has another number.
  private func stateSegment(
    _ stream: PravegaStream, _ group: String, until deadline: Deadline
  ) throws -> Segment? {
    do {
      return try controller.getCurrentSegments(stream, access: nil, until: deadline)
        .segment(for: 0)
    } catch PravegaError.Code.invalidStream {
      return nil
    }
  }

  private func notFound(_ group: String) -> PravegaError {
    PravegaError(
      .readerGroupNotFound, "The reader group '\(scope)/\(group)' does not exist.",
      hint: "Create it with createReaderGroup first.")
  }

  /// Makes a reader and a member of a group.
  ///
  /// - Throws: code `readerGroupNotFound` when there is no such group, `illegalState` when a
  ///   reader of that name is a member already, `invalidArgument` for a name that cannot be.
  package func join(
    _ group: String, as reader: String, allocationDelay: Duration = .zero,
    bufferSize: Int = 1 << 20, until deadline: Deadline
  ) throws -> GroupReader {
    try Names.check(reader, as: .reader)
    let synchronizer = try self.synchronizer(of: group, until: deadline)
    let member = ReaderGroupMember(
      reader: reader, scope: scope, group: group, synchronizer: synchronizer,
      controller: directory)
    do {
      let timers = try member.join(
        allocationDelay: allocationDelay, timeUnit: core.settings.readerTimeUnit, until: deadline)
      return GroupReader(core, member, timers: timers, bufferSize: bufferSize)
    } catch {
      synchronizer.segment.raw.close()
      throw error
    }
  }
}
