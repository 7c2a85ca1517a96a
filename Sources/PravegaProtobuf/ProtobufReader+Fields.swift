// SPDX-License-Identifier: Apache-2.0

// One function per kind of field. A value whose wire type is not the declared one is skipped like
// an unknown field, as the Java and C++ decoders do.

extension ProtobufReader {
  package mutating func bool(_ value: inout Bool, _ tag: ProtobufTag) throws(ProtobufError) {
    guard tag.type == .varint else { return try skip(tag) }
    value = try varint() != 0
  }

  package mutating func int32(_ value: inout Int32, _ tag: ProtobufTag) throws(ProtobufError) {
    guard tag.type == .varint else { return try skip(tag) }
    value = Int32(truncatingIfNeeded: try varint())
  }

  package mutating func int64(_ value: inout Int64, _ tag: ProtobufTag) throws(ProtobufError) {
    guard tag.type == .varint else { return try skip(tag) }
    value = Int64(bitPattern: try varint())
  }

  package mutating func double(_ value: inout Double, _ tag: ProtobufTag) throws(ProtobufError) {
    guard tag.type == .fixed64 else { return try skip(tag) }
    value = Double(bitPattern: try fixed64())
  }

  package mutating func string(_ value: inout String, _ tag: ProtobufTag) throws(ProtobufError) {
    guard tag.type == .lengthDelimited else { return try skip(tag) }
    value = try string()
  }

  package mutating func enumeration<E: ProtobufEnum>(
    _ value: inout E, _ tag: ProtobufTag
  ) throws(ProtobufError) {
    guard tag.type == .varint else { return try skip(tag) }
    value = E(rawValue: Int32(truncatingIfNeeded: try varint()))
  }

  package mutating func message<M: ProtobufDecodable>(
    _ value: inout M?, _ tag: ProtobufTag
  ) throws(ProtobufError) {
    guard tag.type == .lengthDelimited else { return try skip(tag) }
    var message = value ?? M()
    try nested { (reader) throws(ProtobufError) in try message.merge(from: &reader) }
    value = message
  }
}

// MARK: - Lists and maps

extension ProtobufReader {
  package mutating func strings(
    _ values: inout [String], _ tag: ProtobufTag
  ) throws(ProtobufError) {
    guard tag.type == .lengthDelimited else { return try skip(tag) }
    try countElement()
    values.append(try string())
  }

  package mutating func messages<M: ProtobufDecodable>(
    _ values: inout [M], _ tag: ProtobufTag
  ) throws(ProtobufError) {
    guard tag.type == .lengthDelimited else { return try skip(tag) }
    try countElement()
    var message = M()
    try nested { (reader) throws(ProtobufError) in try message.merge(from: &reader) }
    values.append(message)
  }

  package mutating func int32s(_ values: inout [Int32], _ tag: ProtobufTag) throws(ProtobufError) {
    try varints(tag) { values.append(Int32(truncatingIfNeeded: $0)) }
  }

  package mutating func int64s(_ values: inout [Int64], _ tag: ProtobufTag) throws(ProtobufError) {
    try varints(tag) { values.append(Int64(bitPattern: $0)) }
  }

  /// Numbers come packed into one value or one by one, whatever the declaration says.
  private mutating func varints(
    _ tag: ProtobufTag, _ append: (UInt64) -> Void
  ) throws(ProtobufError) {
    switch tag.type {
    case .varint:
      try countElement()
      append(try varint())
    case .lengthDelimited:
      try nested { (reader) throws(ProtobufError) in
        while !reader.isAtEnd {
          try reader.countElement()
          append(try reader.varint())
        }
      }
    default: try skip(tag)
    }
  }

  /// A map is a list of entries with key 1 and value 2; either may be missing and is then its
  /// default. The last entry of a key counts.
  package mutating func int64Map(
    _ map: inout [Int64: Int64], _ tag: ProtobufTag
  ) throws(ProtobufError) {
    var key: Int64 = 0
    var value: Int64 = 0
    let isEntry = try entry(tag) { (reader, tag) throws(ProtobufError) in
      try tag.number == 1 ? reader.int64(&key, tag) : reader.int64(&value, tag)
    }
    if isEntry { map[key] = value }
  }

  package mutating func messageMap<M: ProtobufDecodable>(
    _ map: inout [String: M], _ tag: ProtobufTag
  ) throws(ProtobufError) {
    var key = ""
    var value: M?
    let isEntry = try entry(tag) { (reader, tag) throws(ProtobufError) in
      try tag.number == 1 ? reader.string(&key, tag) : reader.message(&value, tag)
    }
    if isEntry { map[key] = value ?? M() }
  }

  /// Hands fields 1 and 2 of a map's entry to `read`; false if the value is no entry.
  private mutating func entry(
    _ tag: ProtobufTag,
    _ read: (inout ProtobufReader, ProtobufTag) throws(ProtobufError) -> Void
  ) throws(ProtobufError) -> Bool {
    guard tag.type == .lengthDelimited else {
      try skip(tag)
      return false
    }
    try countElement()
    try nested { (reader) throws(ProtobufError) in
      while let field = try reader.nextTag() {
        try 1...2 ~= field.number ? read(&reader, field) : reader.skip(field)
      }
    }
    return true
  }
}
