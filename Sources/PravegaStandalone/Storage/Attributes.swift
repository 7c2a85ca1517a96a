// SPDX-License-Identifier: Apache-2.0

/// The name of a segment attribute: 128 bits. A writer's id is one, too.
package struct AttributeID: Hashable, Sendable {
  package let high: UInt64
  package let low: UInt64

  package init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Core attributes have names of their own and are never compared with absence.
  package var isCore: Bool { high == 0x8000_0000_0000_0000 }

  private static func core(_ number: UInt64) -> AttributeID {
    AttributeID(high: 0x8000_0000_0000_0000, low: number)
  }

  /// Milliseconds since 1970, set at creation.
  package static let creationTime = core(0)
  /// The sum of what writers said their appends contain.
  package static let eventCount = core(1)
  package static let scalePolicyType = core(2)
  package static let scalePolicyRate = core(3)
  package static let rolloverSize = core(4)
  package static let segmentType = core(9)
  /// The key length of a fixed-key table.
  package static let attributeIDLength = core(0xc)
}

/// The value that stands for "not there", in replies and in conditions.
package let absentAttribute = Int64.min

/// One change of an attribute, and the condition under which it is made.
package struct AttributeUpdate: Sendable {
  /// The kinds of change, with their numbers on the wire.
  package enum Kind: Int8, Sendable {
    /// Fails if there is a value.
    case ifAbsent = 0
    case replace = 1
    case ifGreater = 2
    /// Adds; sets if there is no value.
    case accumulate = 3
    /// Compares with `expected`.
    case ifEqual = 4
  }

  package var id: AttributeID
  package var kind: Kind
  package var value: Int64
  package var expected: Int64

  package init(_ id: AttributeID, _ kind: Kind, _ value: Int64, expected: Int64 = 0) {
    self.id = id
    self.kind = kind
    self.value = value
    self.expected = expected
  }
}

/// The attributes of a segment.
package struct Attributes: Sendable {
  private var values: [AttributeID: Int64] = [:]

  package init() {}

  package subscript(id: AttributeID) -> Int64 {
    get { values[id] ?? absentAttribute }
    set { values[id] = newValue == absentAttribute ? nil : newValue }
  }

  /// Adds to a counter that starts to exist with the first addition.
  package mutating func add(_ count: Int64, to id: AttributeID) {
    values[id, default: 0] &+= count
  }

  /// Makes all changes, or none if the condition of one of them does not hold.
  package mutating func apply(_ updates: [AttributeUpdate]) -> Bool {
    var changed = self
    for update in updates {
      guard let value = changed.result(of: update) else { return false }
      changed[update.id] = value
    }
    self = changed
    return true
  }

  /// The value after the change; nil if its condition does not hold.
  private func result(of update: AttributeUpdate) -> Int64? {
    let current = values[update.id]
    switch update.kind {
    case .ifAbsent: return current == nil ? update.value : nil
    case .replace: return update.value
    case .ifGreater: return (current.map { update.value > $0 } ?? true) ? update.value : nil
    case .accumulate: return (current ?? 0) &+ update.value
    case .ifEqual:
      guard let current else {
        let matches = update.expected == absentAttribute && !update.id.isCore
        return matches ? update.value : nil
      }
      return current == update.expected ? update.value : nil
    }
  }
}
