// SPDX-License-Identifier: Apache-2.0

/// The protocol on one screen: every command, who sends it and what answers it.
package struct CommandTable: Sendable {
  package enum Direction: Sendable, Hashable { case request, reply, failure, both }

  package struct Row: Sendable {
    package let code: Int32
    package let name: String
    package let direction: Direction
    package let type: any WireCommand.Type
    /// The answer to a request when it succeeds.
    package let reply: (any WireCommand.Type)?

    static func request(
      _ code: Int32, _ type: any WireCommand.Type, reply: (any WireCommand.Type)? = nil
    ) -> Row {
      Row(code: code, name: type.name, direction: .request, type: type, reply: reply)
    }

    static func reply(
      _ code: Int32, _ type: any WireCommand.Type
    ) -> Row {
      Row(code: code, name: type.name, direction: .reply, type: type, reply: nil)
    }

    static func failure(
      _ code: Int32, _ type: any WireCommand.Type
    ) -> Row {
      Row(code: code, name: type.name, direction: .failure, type: type, reply: nil)
    }

    static func both(
      _ code: Int32, _ type: any WireCommand.Type
    ) -> Row {
      Row(code: code, name: type.name, direction: .both, type: type, reply: nil)
    }
  }

  // swift-format-ignore: columns
  package static let rows: [Row] = [
    .request(-1, Padding.self),
    .request(-2, PartialEvent.self),
    .request(-3, FlushToStorage.self, reply: StorageFlushed.self),
    .reply(-4, StorageFlushed.self),
    .request(-5, ListStorageChunks.self, reply: StorageChunksListed.self),
    .reply(-6, StorageChunksListed.self),
    .both(-127, Hello.self),
    .request(1, SetupAppend.self, reply: AppendSetup.self),
    .reply(2, AppendSetup.self),
    .request(3, AppendBlock.self),
    .request(4, AppendBlockEnd.self, reply: DataAppended.self),
    .request(5, ConditionalAppend.self, reply: DataAppended.self),
    .reply(7, DataAppended.self),
    .failure(8, ConditionalCheckFailed.self),
    .request(9, ReadSegment.self, reply: SegmentRead.self),
    .reply(10, SegmentRead.self),
    .request(11, GetStreamSegmentInfo.self, reply: StreamSegmentInfo.self),
    .reply(12, StreamSegmentInfo.self),
    .request(20, CreateSegment.self, reply: SegmentCreated.self),
    .reply(21, SegmentCreated.self),
    .request(28, SealSegment.self, reply: SegmentSealed.self),
    .reply(29, SegmentSealed.self),
    .request(30, DeleteSegment.self, reply: SegmentDeleted.self),
    .reply(31, SegmentDeleted.self),
    .request(32, UpdateSegmentPolicy.self, reply: SegmentPolicyUpdated.self),
    .reply(33, SegmentPolicyUpdated.self),
    .request(34, GetSegmentAttribute.self, reply: SegmentAttribute.self),
    .reply(35, SegmentAttribute.self),
    .request(36, UpdateSegmentAttribute.self, reply: SegmentAttributeUpdated.self),
    .reply(37, SegmentAttributeUpdated.self),
    .request(38, TruncateSegment.self, reply: SegmentTruncated.self),
    .reply(39, SegmentTruncated.self),
    .request(40, CreateTransientSegment.self, reply: SegmentCreated.self),
    .request(41, LocateOffset.self, reply: OffsetLocated.self),
    .reply(42, OffsetLocated.self),
    .failure(50, WrongHost.self),
    .failure(51, SegmentIsSealed.self),
    .failure(52, SegmentAlreadyExists.self),
    .failure(53, NoSuchSegment.self),
    .failure(55, InvalidEventNumber.self),
    .failure(56, SegmentIsTruncated.self),
    .failure(57, OperationUnsupported.self),
    .request(58, MergeSegments.self, reply: SegmentsMerged.self),
    .reply(59, SegmentsMerged.self),
    .failure(60, AuthTokenCheckFailed.self),
    .failure(61, ErrorMessage.self),
    .request(68, GetTableSegmentInfo.self, reply: TableSegmentInfo.self),
    .reply(69, TableSegmentInfo.self),
    .request(70, CreateTableSegment.self, reply: SegmentCreated.self),
    .request(71, DeleteTableSegment.self, reply: SegmentDeleted.self),
    .request(74, UpdateTableEntries.self, reply: TableEntriesUpdated.self),
    .reply(75, TableEntriesUpdated.self),
    .request(76, RemoveTableKeys.self, reply: TableKeysRemoved.self),
    .reply(77, TableKeysRemoved.self),
    .request(78, ReadTable.self, reply: TableRead.self),
    .reply(79, TableRead.self),
    .failure(80, TableSegmentNotEmpty.self),
    .failure(81, TableKeyDoesNotExist.self),
    .failure(82, TableKeyBadVersion.self),
    .request(83, ReadTableKeys.self, reply: TableKeysRead.self),
    .reply(84, TableKeysRead.self),
    .request(85, ReadTableEntries.self, reply: TableEntriesRead.self),
    .reply(86, TableEntriesRead.self),
    .reply(87, TableEntriesDeltaRead.self),
    .request(88, ReadTableEntriesDelta.self, reply: TableEntriesDeltaRead.self),
    .request(89, ConditionalBlockEnd.self, reply: DataAppended.self),
    .request(90, MergeSegmentsBatch.self, reply: SegmentsBatchMerged.self),
    .reply(91, SegmentsBatchMerged.self),
    .both(100, KeepAlive.self),
  ]

  private static let byCode = Dictionary(uniqueKeysWithValues: rows.map { ($0.code, $0) })

  package static subscript(code: Int32) -> Row? { byCode[code] }

  /// Decodes any command; for tools, tests and rare replies.
  package static func decode(
    code: Int32, payload: UnsafeRawBufferPointer
  ) throws(WireError) -> any WireCommand {
    guard let row = byCode[code] else { throw .unknownCommand(code) }
    return try unsafe row.type.init(payload: payload)
  }
}
