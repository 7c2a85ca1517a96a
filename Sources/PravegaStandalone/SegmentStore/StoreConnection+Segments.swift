// SPDX-License-Identifier: Apache-2.0

internal import PravegaWire

// Creation, properties, attributes, seal, truncation, deletion.

extension StoreConnection {
  func createSegment(_ request: CreateSegment) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID, operation: "createSegment") {
      () throws(StoreError) in
      let policy = SegmentPolicy(
        scaleType: request.scaleType, targetRate: request.targetRate,
        rolloverSize: request.rolloverSizeBytes)
      try core.create(request.segment, policy)
      created(request.segment, request.requestID)
    }
  }

  func createTransientSegment(_ request: CreateTransientSegment) {
    answering(request.parentSegment, request.requestID) { () throws(StoreError) in
      let name = try core.createTransient(
        parent: request.parentSegment, writer: AttributeID(request.writerID))
      created(name, request.requestID)
    }
  }

  func created(_ name: String, _ requestID: Int64) {
    reply(SegmentCreated.self) { ($0.requestID, $0.segment) = (requestID, name) }
  }

  func segmentInfo(_ request: GetStreamSegmentInfo) {
    guard allows(request.delegationToken, request.segmentName, request.requestID) else { return }
    answering(request.segmentName, request.requestID) { () throws(StoreError) in
      let info = try core.info(request.segmentName)
      reply(StreamSegmentInfo.self) {
        $0.requestID = request.requestID
        $0.segmentName = request.segmentName
        $0.exists = true
        $0.isSealed = info.isSealed
        $0.isDeleted = false
        $0.lastModified = info.lastModified
        $0.writeOffset = info.length
        $0.startOffset = info.startOffset
      }
    }
  }

  func sealSegment(_ request: SealSegment) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID) { () throws(StoreError) in
      try core.seal(request.segment)
      reply(SegmentSealed.self) {
        ($0.requestID, $0.segment) = (request.requestID, request.segment)
      }
    }
  }

  func deleteSegment(_ request: DeleteSegment) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID) { () throws(StoreError) in
      try core.delete(request.segment)
      deleted(request.segment, request.requestID)
    }
  }

  func deleted(_ name: String, _ requestID: Int64) {
    reply(SegmentDeleted.self) { ($0.requestID, $0.segment) = (requestID, name) }
  }

  func truncateSegment(_ request: TruncateSegment) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(
      request.segment, request.requestID, offset: request.truncationOffset,
      operation: "truncateSegment"
    ) { () throws(StoreError) in
      try core.truncate(request.segment, at: request.truncationOffset)
      reply(SegmentTruncated.self) {
        ($0.requestID, $0.segment) = (request.requestID, request.segment)
      }
    }
  }

  func updatePolicy(_ request: UpdateSegmentPolicy) {
    guard allows(request.delegationToken, request.segment, request.requestID) else { return }
    answering(request.segment, request.requestID) { () throws(StoreError) in
      try core.updatePolicy(
        of: request.segment, scaleType: request.scaleType, targetRate: request.targetRate)
      reply(SegmentPolicyUpdated.self) {
        ($0.requestID, $0.segment) = (request.requestID, request.segment)
      }
    }
  }

  func getAttribute(_ request: GetSegmentAttribute) {
    guard allows(request.delegationToken, request.segmentName, request.requestID) else { return }
    answering(request.segmentName, request.requestID) { () throws(StoreError) in
      let value = try core.attribute(AttributeID(request.attributeID), of: request.segmentName)
      reply(SegmentAttribute.self) { ($0.requestID, $0.value) = (request.requestID, value) }
    }
  }

  func updateAttribute(_ request: UpdateSegmentAttribute) {
    guard allows(request.delegationToken, request.segmentName, request.requestID) else { return }
    answering(request.segmentName, request.requestID) { () throws(StoreError) in
      let update = AttributeUpdate(
        AttributeID(request.attributeID), .ifEqual, request.newValue,
        expected: request.expectedValue)
      try core.update([update], of: request.segmentName)
      reply(SegmentAttributeUpdated.self) {
        ($0.requestID, $0.success) = (request.requestID, true)
      }
    }
  }
}
