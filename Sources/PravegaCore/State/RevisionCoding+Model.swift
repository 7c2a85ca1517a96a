// SPDX-License-Identifier: Apache-2.0

extension RevisionWriter {
  package mutating func segment(_ segment: Segment) { utf(segment.qualifiedName) }

  package mutating func range(_ range: KeyRange?) {
    let range = range ?? .unknown
    double(range.low)
    double(range.high)
  }

  /// A map in the order of its segments, so that the same value always gives the same bytes.
  package mutating func map<Value>(
    _ entries: [Segment: Value], _ write: (inout RevisionWriter, Value) -> Void
  ) {
    collection(entries.sorted { $0.key < $1.key }) {
      $0.segment($1.key)
      write(&$0, $1.value)
    }
  }

  package mutating func offsets(_ entries: [Segment: Int64]) { map(entries) { $0.int64($1) } }

  /// A map in the order of its keys.
  package mutating func map<Value>(
    _ entries: [String: Value], _ write: (inout RevisionWriter, Value) -> Void
  ) {
    collection(entries.sorted { $0.key < $1.key }) {
      $0.utf($1.key)
      write(&$0, $1.value)
    }
  }
}

extension RevisionReader {
  package mutating func segment() throws(SerializationError) -> Segment {
    let name = try utf()
    guard let segment = Segment(parsing: name) else {
      throw SerializationError("'\(name.prefix(600))' does not name a segment")
    }
    return segment
  }

  package mutating func range() throws(SerializationError) -> KeyRange? {
    let low = try double()
    return KeyRange(storedLow: low, high: try double())
  }

  /// A map whose keys are segments and whose values take at least `valueSize` bytes.
  package mutating func segmentMap<Value>(
    valueSize: Int, _ read: (inout RevisionReader) throws(SerializationError) -> Value
  ) throws(SerializationError) -> [Segment: Value] {
    var map: [Segment: Value] = [:]
    let count = try count(minimumSize: 2 + valueSize)
    map.reserveCapacity(min(count, RevisionReader.mostReserved))
    for _ in 0..<count {
      let segment = try segment()
      map[segment] = try read(&self)
    }
    return map
  }

  package mutating func offsets() throws(SerializationError) -> [Segment: Int64] {
    try segmentMap(valueSize: 8) { (reader) throws(SerializationError) in try reader.int64() }
  }

  package mutating func stringMap<Value>(
    valueSize: Int, _ read: (inout RevisionReader) throws(SerializationError) -> Value
  ) throws(SerializationError) -> [String: Value] {
    var map: [String: Value] = [:]
    let count = try count(minimumSize: 2 + valueSize)
    map.reserveCapacity(min(count, RevisionReader.mostReserved))
    for _ in 0..<count {
      let key = try utf()
      map[key] = try read(&self)
    }
    return map
  }

  /// A stream's name as it is stored, `scope/stream`.
  package mutating func stream() throws(SerializationError) -> PravegaStream {
    let name = try utf()
    guard let stream = try? PravegaStream(scopedName: name) else {
      throw SerializationError("'\(name.prefix(600))' does not name a stream")
    }
    return stream
  }
}

extension PravegaError {
  /// Says which value could not be read from stored bytes or text.
  package static func malformed(_ what: String, _ error: SerializationError) -> PravegaError {
    PravegaError(.serialization, "This is no \(what): \(error).", underlying: error)
  }
}
