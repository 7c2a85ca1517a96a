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

    static func request(_ type: any WireCommand.Type, reply: (any WireCommand.Type)? = nil) -> Row {
      Row(code: type.code, name: type.name, direction: .request, type: type, reply: reply)
    }

    static func reply(_ type: any WireCommand.Type) -> Row {
      Row(code: type.code, name: type.name, direction: .reply, type: type, reply: nil)
    }

    static func failure(_ type: any WireCommand.Type) -> Row {
      Row(code: type.code, name: type.name, direction: .failure, type: type, reply: nil)
    }

    static func both(_ type: any WireCommand.Type) -> Row {
      Row(code: type.code, name: type.name, direction: .both, type: type, reply: nil)
    }
  }

  package static let rows: [Row] = [
    .request(Padding.self),
    .request(PartialEvent.self),
    .request(FlushToStorage.self, reply: StorageFlushed.self),
    .reply(StorageFlushed.self),
    .request(ListStorageChunks.self, reply: StorageChunksListed.self),
    .reply(StorageChunksListed.self),
    .both(Hello.self),
    .request(SetupAppend.self, reply: AppendSetup.self),
    .reply(AppendSetup.self),
    .request(AppendBlock.self),
    .request(AppendBlockEnd.self, reply: DataAppended.self),
    .request(ConditionalAppend.self),
    .reply(DataAppended.self),
    .failure(ConditionalCheckFailed.self),
    .request(ReadSegment.self, reply: SegmentRead.self),
    .reply(SegmentRead.self),
    .request(GetStreamSegmentInfo.self, reply: StreamSegmentInfo.self),
    .reply(StreamSegmentInfo.self),
    .request(CreateSegment.self, reply: SegmentCreated.self),
    .reply(SegmentCreated.self),
    .request(SealSegment.self, reply: SegmentSealed.self),
    .reply(SegmentSealed.self),
    .request(DeleteSegment.self, reply: SegmentDeleted.self),
    .reply(SegmentDeleted.self),
    .request(UpdateSegmentPolicy.self, reply: SegmentPolicyUpdated.self),
    .reply(SegmentPolicyUpdated.self),
    .request(GetSegmentAttribute.self, reply: SegmentAttribute.self),
    .reply(SegmentAttribute.self),
    .request(UpdateSegmentAttribute.self, reply: SegmentAttributeUpdated.self),
    .reply(SegmentAttributeUpdated.self),
    .request(TruncateSegment.self, reply: SegmentTruncated.self),
    .reply(SegmentTruncated.self),
    .request(CreateTransientSegment.self, reply: SegmentCreated.self),
    .request(LocateOffset.self, reply: OffsetLocated.self),
    .reply(OffsetLocated.self),
    .failure(WrongHost.self),
    .failure(SegmentIsSealed.self),
    .failure(SegmentAlreadyExists.self),
    .failure(NoSuchSegment.self),
    .failure(InvalidEventNumber.self),
    .failure(SegmentIsTruncated.self),
    .failure(OperationUnsupported.self),
    .request(MergeSegments.self, reply: SegmentsMerged.self),
    .reply(SegmentsMerged.self),
    .failure(AuthTokenCheckFailed.self),
    .failure(ErrorMessage.self),
    .request(GetTableSegmentInfo.self, reply: TableSegmentInfo.self),
    .reply(TableSegmentInfo.self),
    .request(CreateTableSegment.self, reply: SegmentCreated.self),
    .request(DeleteTableSegment.self, reply: SegmentDeleted.self),
    .request(UpdateTableEntries.self, reply: TableEntriesUpdated.self),
    .reply(TableEntriesUpdated.self),
    .request(RemoveTableKeys.self, reply: TableKeysRemoved.self),
    .reply(TableKeysRemoved.self),
    .request(ReadTable.self, reply: TableRead.self),
    .reply(TableRead.self),
    .failure(TableSegmentNotEmpty.self),
    .failure(TableKeyDoesNotExist.self),
    .failure(TableKeyBadVersion.self),
    .request(ReadTableKeys.self, reply: TableKeysRead.self),
    .reply(TableKeysRead.self),
    .request(ReadTableEntries.self, reply: TableEntriesRead.self),
    .reply(TableEntriesRead.self),
    .reply(TableEntriesDeltaRead.self),
    .request(ReadTableEntriesDelta.self, reply: TableEntriesDeltaRead.self),
    .request(ConditionalBlockEnd.self),
    .request(MergeSegmentsBatch.self, reply: SegmentsBatchMerged.self),
    .reply(SegmentsBatchMerged.self),
    .both(KeepAlive.self),
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
