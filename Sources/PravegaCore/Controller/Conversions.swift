// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

// Between the client's own types and the messages of the wire. What a controller leaves out or
// makes up is taken as far as it makes sense; what cannot be used throws.

extension PravegaStream {
  init(_ info: Proto.StreamInfo?) {
    self.init(uncheckedScope: info?.scope ?? "", stream: info?.stream ?? "")
  }

  func message(
    _ access: Proto.StreamInfo.AccessOperation = .unspecified
  ) -> Proto.StreamInfo {
    Proto.StreamInfo(scope: scope, stream: streamName, accessOperation: access)
  }
}

extension TokenAccess? {
  /// Without a token the controller asks for less of the caller's rights.
  var message: Proto.StreamInfo.AccessOperation {
    switch self {
    case nil: .none
    case .read: .read
    case .write: .write
    case .readWrite: .readWrite
    }
  }
}

extension Segment {
  init(_ id: Proto.SegmentId?) {
    self.init(PravegaStream(id?.streamInfo), segmentID: id?.segmentId ?? 0)
  }

  var message: Proto.SegmentId {
    Proto.SegmentId(
      streamInfo: Proto.StreamInfo(scope: scope, stream: stream), segmentId: segmentID)
  }
}

extension SegmentWithRange {
  init(_ range: Proto.SegmentRange?) {
    let low = range?.minKey ?? 0
    let high = range?.maxKey ?? 0
    self.init(Segment(range?.segmentId), KeyRange(storedLow: low, high: high))
  }
}

extension StreamSegments {
  init(_ ranges: Proto.SegmentRanges) throws(PravegaError) {
    try self.init(
      ranges.segmentRanges.map(SegmentWithRange.init), delegationToken: ranges.delegationToken)
  }
}

extension StreamSegmentSuccessors {
  init(_ response: Proto.SuccessorResponse) {
    self.init(response.segments.map { (SegmentWithRange($0.segment), $0.value) })
  }
}

extension StreamCut {
  /// Segment ids and offsets; empty for an unbounded cut.
  var offsetsByID: [Int64: Int64] {
    Dictionary(positions.map { ($0.key.segmentID, $0.value) }) { first, _ in first }
  }

  func message(_ stream: PravegaStream) -> Proto.StreamCut {
    Proto.StreamCut(streamInfo: stream.message(), cut: offsetsByID)
  }
}

extension WriterPosition {
  func message(_ stream: PravegaStream) -> Proto.StreamCut {
    let offsets = offsets.map { ($0.key.segmentID, $0.value) }
    return Proto.StreamCut(
      streamInfo: stream.message(), cut: Dictionary(offsets) { first, _ in first })
  }
}

extension UniqueID {
  init(_ id: Proto.TxnId) {
    self.init(high: UInt64(bitPattern: id.highBits), low: UInt64(bitPattern: id.lowBits))
  }

  var message: Proto.TxnId {
    Proto.TxnId(highBits: Int64(bitPattern: high), lowBits: Int64(bitPattern: low))
  }
}

extension BucketService {
  var message: Proto.ControllerToBucketMappingRequest.BucketType {
    switch self {
    case .retention: .retentionService
    case .watermarking: .watermarkingService
    }
  }
}
