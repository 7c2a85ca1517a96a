// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// The embedded segment store as the controller uses it: in process, without tokens.
extension SegmentStore: SegmentStorage {
  package func createSegment(_ name: String, _ policy: SegmentPolicy) throws {
    try ControllerStorage.tolerating(.alreadyExists) { () throws(StoreError) in
      try create(name, policy)
    }
  }

  package func createTableSegment(
    _ name: String, keyLength: Int32, rolloverByteCount: Int64
  ) throws {
    try ControllerStorage.tolerating(.alreadyExists) { () throws(StoreError) in
      try createTable(name, keyLength: keyLength, rolloverSize: rolloverByteCount)
    }
  }

  package func deleteSegment(_ name: String) throws {
    try ControllerStorage.tolerating(.noSuchSegment) { () throws(StoreError) in
      try delete(name)
    }
  }

  package func sealSegment(_ name: String) throws {
    try ControllerStorage.tolerating(.sealed, .noSuchSegment) { () throws(StoreError) in
      try seal(name)
    }
  }

  package func truncateSegment(_ name: String, at offset: Int64) throws {
    do {
      try truncate(name, at: offset)
    } catch {
      switch error {
      case .truncated, .noSuchSegment, .badArgument: return
      default: throw error
      }
    }
  }

  package func updateSegment(_ name: String, _ policy: SegmentPolicy) throws {
    try ControllerStorage.tolerating(.noSuchSegment, .sealed) { () throws(StoreError) in
      try updatePolicy(of: name, scaleType: policy.scaleType, targetRate: policy.targetRate)
    }
  }

  package func segmentByteCount(_ name: String) throws -> Int64? {
    var length: Int64?
    try ControllerStorage.tolerating(.noSuchSegment) { () throws(StoreError) in
      length = try info(name).length
    }
    return length
  }

  package func mergeSegment(_ source: String, into target: String) throws -> Int64 {
    try merge([source], into: target).last ?? 0
  }

  package func appendEvent(_ payload: [UInt8], to name: String) throws -> Int64? {
    let header: [UInt8] = [0, 0, 0, 0]
    let length = UInt32(truncatingIfNeeded: payload.count)
    let lengthBytes = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
    let event = header + lengthBytes + payload
    var offset: Int64?
    try ControllerStorage.tolerating(.noSuchSegment, .sealed) { () throws(StoreError) in
      offset = try append(event, to: name) &- Int64(event.count)
    }
    return offset
  }

  package func setMark(_ offset: Int64, of name: String) throws {
    try update([AttributeUpdate(ControllerStorage.markAttribute, .replace, offset)], of: name)
  }
}

enum ControllerStorage {
  /// The attribute in which clients of revisioned streams keep the offset to start from.
  static let markAttribute = AttributeID(high: 0x7df9_a874_246c_c9d6, low: 0x9397_cdd1_9ead_68c5)

  static func tolerating(
    _ outcomes: StoreError..., body: () throws(StoreError) -> Void
  ) throws(StoreError) {
    do {
      try body()
    } catch {
      guard outcomes.contains(error) else { throw error }
    }
  }
}
