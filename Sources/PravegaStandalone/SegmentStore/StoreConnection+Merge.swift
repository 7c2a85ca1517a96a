// SPDX-License-Identifier: Apache-2.0

internal import PravegaWire

extension StoreConnection {
  func mergeSegments(_ request: MergeSegments) throws {
    guard allows(request.delegationToken, request.source, request.requestID) else { return }
    let updates = try request.attributeUpdates.map { update in
      guard let kind = AttributeUpdate.Kind(rawValue: update.updateType) else {
        throw ProtocolViolation("attribute update type")
      }
      return AttributeUpdate(
        AttributeID(update.attributeID), kind, update.newValue, expected: update.oldValue)
    }
    // Failures name the source, whichever of the two is at fault.
    answering(request.source, request.requestID) { () throws(StoreError) in
      let length = try core.merge(request.source, into: request.target, updates: updates)
      reply(SegmentsMerged.self) {
        $0.requestID = request.requestID
        $0.target = request.target
        $0.source = request.source
        $0.newTargetWriteOffset = length
      }
    }
  }

  func mergeBatch(_ request: MergeSegmentsBatch) {
    let id = request.requestID
    guard allows(request.delegationToken, request.target, id, .readUpdate) else { return }
    for source in request.sources {
      guard allows(request.delegationToken, source, id) else { return }
    }
    answering(request.target, request.requestID) { () throws(StoreError) in
      let lengths = try core.merge(request.sources, into: request.target)
      reply(SegmentsBatchMerged.self) {
        $0.requestID = request.requestID
        $0.target = request.target
        $0.sourcesAndOffsets = zip(request.sources, lengths).map {
          SourceAndOffset(source: $0, offset: $1)
        }
      }
    }
  }
}
