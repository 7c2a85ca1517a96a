// SPDX-License-Identifier: Apache-2.0

import PravegaWire

/// Repeatable random numbers.
struct HostileRandom {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

/// Fills the fields of a command: usual values, and an extreme one in the field that is chosen, or
/// in all of them.
struct ExtremeFields: FieldVisitor {
  let segment: String
  private let chosen: Int?
  private let value: Int
  private var random: HostileRandom?
  private(set) var fieldCount = 0

  static let integers: [Int64] = [
    .min, .min + 1, -9, -1, 0, 1, 2, 1 << 31, .max - 1, .max,
  ]
  static let valueCount = integers.count

  init(segment: String, field: Int?, value: Int) {
    (self.segment, chosen, self.value) = (segment, field, value)
  }

  init(segment: String, random: HostileRandom) {
    (self.segment, chosen, value, self.random) = (segment, nil, 0, random)
  }

  /// Every field of a command with every value.
  static func choices(
    of type: any WireCommand.Type, segment: String
  ) -> [(field: Int, value: Int)] {
    var counter = ExtremeFields(segment: segment, field: nil, value: 0)
    var command = type.init()
    try? command.visit(&counter)
    return (0..<counter.fieldCount).flatMap { field in
      (0..<valueCount).map { (field, $0) }
    }
  }

  /// The number of the extreme value for the field that is next, if it gets one.
  private mutating func next() -> Int? {
    defer { fieldCount += 1 }
    if var random {
      let drawn = random.next()
      self.random = random
      return drawn % 3 == 0 ? nil : Int(drawn >> 8) % Self.valueCount
    }
    return fieldCount == chosen ? value : nil
  }

  private mutating func integer<T: FixedWidthInteger>(_ value: inout T, usual: T) {
    guard let number = next() else {
      value = usual
      return
    }
    let wide = Self.integers[number]
    value = wide < 0 ? (wide < -9 ? .min : T(wide)) : wide > 2 ? .max : T(wide)
  }

  mutating func int8(_ name: StaticString, _ value: inout Int8) { integer(&value, usual: 0) }
  mutating func int32(_ name: StaticString, _ value: inout Int32) { integer(&value, usual: 1) }
  mutating func derived(_ name: StaticString, _ value: inout Int32) {}
  mutating func int64(_ name: StaticString, _ value: inout Int64) {
    guard let number = next() else {
      value = 1
      return
    }
    value = Self.integers[number]
  }
  mutating func bool(_ name: StaticString, _ value: inout Bool) {
    value = next().map { $0 % 2 == 0 } ?? false
  }
  mutating func uuid(_ name: StaticString, _ value: inout WireUUID) {
    let number = next()
    value = WireUUID(high: number.map { UInt64($0) << 60 } ?? 1, low: 1)
  }

  mutating func string(_ name: StaticString, _ value: inout String) {
    let texts = ["", "/", "a", "s/s/0", "s/s/0#transaction.", "\0", "\u{10ffff}", "s/s/1"]
    guard let number = next() else {
      value = segment
      return
    }
    value =
      number < texts.count
      ? texts[number] : String(repeating: "x", count: number == 8 ? 65_535 : 300)
  }

  mutating func secret(_ name: StaticString, _ value: inout String) { string(name, &value) }

  mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) {
    let sizes = [0, 1, 4, 8, 17, 255, 8192, 8193, 70_000, 1 << 20]
    value = [UInt8](repeating: 0, count: next().map { sizes[$0] } ?? 4)
  }

  mutating func rest(_ name: StaticString, _ value: inout [UInt8]) { bytes(name, &value) }
  mutating func hasMore(_ byteCount: Int) -> Bool { true }

  mutating func list<Element>(
    _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
    _ visit: (inout Self, inout Element) throws(WireError) -> Void
  ) throws(WireError) {
    let counts = [0, 1, 2, 3, 10, 100, 1000, 1, 2, 0]
    let count = next().map { counts[$0] } ?? 1
    value = []
    for _ in 0..<count {
      var element = initial
      try visit(&self, &element)
      value.append(element)
    }
  }
}
