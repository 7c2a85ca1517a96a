// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads
internal import PravegaWire

/// A segment of a store, for those who read and write little and need every answer: state
/// streams and marks. Safe to use from any thread.
package final class StoreSegment: RawSegment {
  package let segment: Segment
  private let client: RawClient
  private let appender: SegmentAppendChannel
  private let closing = ClosingSignal()

  package init(_ core: ClientCore, segment: Segment, access: TokenAccess = .readWrite) {
    self.segment = segment
    client = RawClient(core, segment: segment, access: access, closing: closing)
    appender = SegmentAppendChannel(core, segment: segment, access: access)
  }

  /// How stores mark an attribute that is not set.
  private static let nullAttribute = Int64.min

  package func info(until deadline: Deadline) throws -> RawSegmentInfo {
    let reply = try client.call(
      "getSegmentInfo", expecting: StreamSegmentInfo.self, until: deadline
    ) { requestID, token in
      var request = GetStreamSegmentInfo()
      request.requestID = requestID
      request.segmentName = segment.qualifiedName
      request.delegationToken = token
      return request
    }
    guard reply.exists else {
      throw PravegaError(.noSuchSegment, "The segment \(segment) does not exist.")
    }
    return RawSegmentInfo(
      startOffset: reply.startOffset, writeOffset: reply.writeOffset, isSealed: reply.isSealed)
  }

  package func read(at offset: Int64, length: Int, until deadline: Deadline) throws -> [UInt8] {
    let reply = try client.call(
      "readSegment", expecting: SegmentRead.self, until: deadline
    ) { requestID, token in
      var request = ReadSegment()
      request.requestID = requestID
      request.segment = segment.qualifiedName
      request.offset = offset
      request.suggestedLength = Int32(clamping: length)
      request.delegationToken = token
      return request
    }
    guard reply.offset == offset, !reply.data.isEmpty else {
      throw PravegaError(
        .invalidMessage, "The store answered a read of \(segment) at \(offset) with nothing.",
        retry: .safe, context: .init(subject: segment.qualifiedName))
    }
    return reply.data
  }

  package func append(_ data: [UInt8], until deadline: Deadline) throws {
    _ = try appender.append(data, ifWriteOffsetIs: nil, until: deadline)
  }

  package func append(
    _ data: [UInt8], ifWriteOffsetIs offset: Int64, until deadline: Deadline
  ) throws -> Bool {
    try appender.append(data, ifWriteOffsetIs: offset, until: deadline)
  }

  package func attribute(_ id: UniqueID, until deadline: Deadline) throws -> Int64? {
    let reply = try client.call(
      "getSegmentAttribute", expecting: SegmentAttribute.self, until: deadline
    ) { requestID, token in
      var request = GetSegmentAttribute()
      request.requestID = requestID
      request.segmentName = segment.qualifiedName
      request.attributeID = WireUUID(id)
      request.delegationToken = token
      return request
    }
    return reply.value == Self.nullAttribute ? nil : reply.value
  }

  /// False also when the value was set and the answer lost: the second request finds it changed.
  package func setAttribute(
    _ id: UniqueID, from expected: Int64?, to value: Int64?, until deadline: Deadline
  ) throws -> Bool {
    let reply = try client.call(
      "updateSegmentAttribute", expecting: SegmentAttributeUpdated.self, until: deadline
    ) { requestID, token in
      var request = UpdateSegmentAttribute()
      request.requestID = requestID
      request.segmentName = segment.qualifiedName
      request.attributeID = WireUUID(id)
      request.newValue = value ?? Self.nullAttribute
      request.expectedValue = expected ?? Self.nullAttribute
      request.delegationToken = token
      return request
    }
    return reply.success
  }

  package func truncate(before offset: Int64, until deadline: Deadline) throws {
    do throws(PravegaError) {
      _ = try client.call(
        "truncateSegment", expecting: SegmentTruncated.self, until: deadline
      ) { requestID, token in
        var request = TruncateSegment()
        request.requestID = requestID
        request.segment = segment.qualifiedName
        request.truncationOffset = offset
        request.delegationToken = token
        return request
      }
    } catch {
      guard error.code == .segmentTruncated else { throw error }
    }
  }

  package func close() {
    closing.close()
    appender.close()
  }
}

extension WireUUID {
  init(_ id: UniqueID) { self.init(high: id.high, low: id.low) }
}
