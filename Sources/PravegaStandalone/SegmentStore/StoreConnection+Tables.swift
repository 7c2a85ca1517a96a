// SPDX-License-Identifier: Apache-2.0

internal import PravegaWire

extension StoreConnection {
  func createTable(_ request: CreateTableSegment) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID) { () throws(StoreError) in
      try core.createTable(
        request.segment, keyLength: request.keyLength, rolloverSize: request.rolloverSizeBytes)
      created(request.segment, request.requestID)
    }
  }

  func deleteTable(_ request: DeleteTableSegment) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID, operation: "deleteTableSegment") {
      () throws(StoreError) in
      try core.deleteTable(request.segment, mustBeEmpty: request.mustBeEmpty)
      deleted(request.segment, request.requestID)
    }
  }

  func tableInfo(_ request: GetTableSegmentInfo) {
    guard allows(request.delegationToken, request.segmentName, request.requestID) else { return }
    answering(request.segmentName, request.requestID) { () throws(StoreError) in
      let info = try core.segment(request.segmentName).tableInfo()
      reply(TableSegmentInfo.self) {
        $0.requestID = request.requestID
        $0.segmentName = request.segmentName
        $0.startOffset = info.startOffset
        $0.length = info.length
        $0.entryCount = info.entryCount
        $0.keyLength = info.keyLength
      }
    }
  }

  func updateTable(_ request: UpdateTableEntries) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID, offset: request.tableSegmentOffset) {
      () throws(StoreError) in
      let entries = request.tableEntries.map {
        TableEntryValue($0.key.key, $0.value, version: $0.key.version)
      }
      let versions = try core.segment(request.segment).put(
        entries, ifLengthIs: length(request.tableSegmentOffset))
      reply(TableEntriesUpdated.self) {
        ($0.requestID, $0.updatedVersions) = (request.requestID, versions)
      }
      holdBackIfFull()
    }
  }

  func removeKeys(_ request: RemoveTableKeys) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID, offset: request.tableSegmentOffset) {
      () throws(StoreError) in
      try core.segment(request.segment).remove(
        request.keys.map { TableKeyVersion($0.key, version: $0.version) },
        ifLengthIs: length(request.tableSegmentOffset))
      reply(TableKeysRemoved.self) {
        ($0.requestID, $0.segment) = (request.requestID, request.segment)
      }
    }
  }

  /// The length that the table must have; -1 on the wire: any.
  private func length(_ offset: Int64) -> Int64? { offset == -1 ? nil : offset }

  // MARK: - Reading

  func readTable(_ request: ReadTable) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID) { () throws(StoreError) in
      let entries = try core.segment(request.segment).get(request.keys.map(\.key))
      reply(TableRead.self) {
        $0.requestID = request.requestID
        $0.segment = request.segment
        $0.entries = entries.map(TableEntry.init)
      }
    }
  }

  func readKeys(_ request: ReadTableKeys) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID) { () throws(StoreError) in
      let page = try core.segment(request.segment).page(
        TableRange(request.args), count: request.suggestedKeyCount, withValues: false)
      reply(TableKeysRead.self) {
        $0.requestID = request.requestID
        $0.segment = request.segment
        $0.keys = page.entries.map { TableKey($0.key, version: $0.version) }
        $0.continuationToken = page.continuationToken
      }
    }
  }

  func readEntries(_ request: ReadTableEntries) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID) { () throws(StoreError) in
      let page = try core.segment(request.segment).page(
        TableRange(request.args), count: request.suggestedEntryCount, withValues: true)
      reply(TableEntriesRead.self) {
        $0.requestID = request.requestID
        $0.segment = request.segment
        $0.entries = page.entries.map(TableEntry.init)
        $0.continuationToken = page.continuationToken
      }
    }
  }

  func readDelta(_ request: ReadTableEntriesDelta) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID, operation: "readTableEntriesDelta") {
      () throws(StoreError) in
      let delta = try core.segment(request.segment).delta(
        from: request.fromPosition, count: request.suggestedEntryCount)
      reply(TableEntriesDeltaRead.self) {
        $0.requestID = request.requestID
        $0.segment = request.segment
        $0.entries = delta.entries.map(TableEntry.init)
        $0.shouldClear = delta.shouldClear
        $0.reachedEnd = delta.reachedEnd
        $0.lastPosition = delta.lastPosition
      }
    }
  }
}

extension TableEntry {
  fileprivate init(_ entry: TableEntryValue) {
    self.init(TableKey(entry.key, version: entry.version), entry.value)
  }
}

extension TableRange {
  fileprivate init(_ args: IteratorArguments) {
    self.init()
    continuationToken = args.continuationToken
    fromKey = args.fromKey
    toKey = args.toKey
  }
}
