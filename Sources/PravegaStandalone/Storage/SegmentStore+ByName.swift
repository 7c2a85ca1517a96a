// SPDX-License-Identifier: Apache-2.0

/// The operations of one segment, for callers that have a name only (the embedded controller).
extension SegmentStore {
  package func info(_ name: String) throws(StoreError) -> SegmentInfo {
    try segment(name).info()
  }

  package func seal(_ name: String) throws(StoreError) {
    try segment(name).seal()
  }

  package func truncate(_ name: String, at offset: Int64) throws(StoreError) {
    try segment(name).truncate(at: offset)
  }

  package func attribute(_ id: AttributeID, of name: String) throws(StoreError) -> Int64 {
    try segment(name).attribute(id)
  }

  package func update(_ updates: [AttributeUpdate], of name: String) throws(StoreError) {
    try segment(name).update(updates)
  }

  package func updatePolicy(
    of name: String, scaleType: Int8, targetRate: Int32
  ) throws(StoreError) {
    try update(
      [
        AttributeUpdate(.scalePolicyType, .replace, Int64(scaleType)),
        AttributeUpdate(.scalePolicyRate, .replace, Int64(targetRate)),
      ], of: name)
  }

  /// Appends bytes that carry their own framing, without a writer. Returns the new length.
  @discardableResult
  package func append(
    _ bytes: [UInt8], eventCount: Int32 = 1, to name: String
  ) throws(StoreError) -> Int64 {
    let segment = try segment(name)
    var terms = AppendTerms()
    terms.eventCount = eventCount
    let result = unsafe bytes.withUnsafeBytes { raw -> Result<Int64, StoreError> in
      do throws(StoreError) {
        return .success(try unsafe segment.append(AppendBytes(raw), terms))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// A copy of the bytes that are there now, at most `length` of them.
  package func bytes(
    of name: String, from offset: Int64, length: Int
  ) throws(StoreError) -> [UInt8] {
    let data = try segment(name).readNow(from: offset, length: length)
    var result: [UInt8] = []
    result.reserveCapacity(data.count)
    for slice in data.slices {
      unsafe result.append(
        contentsOf: UnsafeRawBufferPointer(start: slice.pointer, count: slice.count))
    }
    return result
  }
}
