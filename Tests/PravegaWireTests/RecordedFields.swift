// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaWire

/// Compares decoded fields with those a recording shows.
enum RecordedFields {
  /// The names of fields that differ, empty if all agree. Fields the recording does not have must
  /// have the default that stands for "not sent"; they are named in `missing`.
  static func differences(
    _ command: any WireCommand, _ recorded: [String: Any]
  ) throws -> (different: [String], missing: [String]) {
    var recorded = recorded
    if let nested = recorded["args"] as? [String: Any] { recorded.merge(nested) { $1 } }
    // The event of a conditional append is a structure whose only news is its data.
    if let event = recorded["event"] {
      recorded["data"] = (event as? [String: Any])?["data"] ?? event
    }
    if let data = recorded["data"], recorded["zeros"] == nil { recorded["zeros"] = data }
    let defaults = Dictionary(
      uniqueKeysWithValues: try FieldCollector.collect(type(of: command).init()).map {
        ($0.name, $0.value)
      })
    var different: [String] = []
    var missing: [String] = []
    for field in try FieldCollector.collect(command) {
      guard let value = recorded[field.name] else {
        missing.append(field.name)
        if !field.isTrailing || field.value != defaults[field.name] { different.append(field.name) }
        continue
      }
      if !agrees(field.value, value) { different.append(field.name) }
    }
    return (different, missing)
  }

  private static func agrees(_ value: FieldCollector.Value, _ recorded: Any) -> Bool {
    // A value captured earlier in the conversation.
    if let text = recorded as? String, text.contains("${") { return true }
    switch value {
    case .number(let number): return (recorded as? NSNumber)?.int64Value == number
    case .flag(let flag): return recorded as? Bool == flag
    case .text(let text): return recorded as? String == text
    case .bytes(let bytes): return agrees(bytes, recorded)
    case .list(let items):
      guard let recorded = recorded as? [Any], recorded.count == items.count else { return false }
      return zip(items, recorded).allSatisfy { agrees($0, item: $1) }
    }
  }

  private static func agrees(_ bytes: [UInt8], _ recorded: Any) -> Bool {
    if let whole = Fixtures.bytes(recorded) { return whole == bytes }
    guard let shown = recorded as? [String: Any], shown["length"] as? Int == bytes.count else {
      return false
    }
    if let whole = Fixtures.bytes(shown["hex"]) { return whole == bytes }
    guard let head = Fixtures.bytes(shown["head"]) else { return false }
    return bytes.starts(with: head)
  }

  /// One element: its only value, its values in order, or its values by name.
  private static func agrees(_ fields: [FieldCollector.Field], item recorded: Any) -> Bool {
    if let values = recorded as? [Any] {
      return values.count == fields.count
        && zip(fields, values).allSatisfy { agrees($0.value, $1) }
    }
    if let values = recorded as? [String: Any] {
      let names = ["keyVersion": "version", "source": "segment"]
      return fields.allSatisfy { field in
        guard let value = values[names[field.name] ?? field.name] else { return false }
        return agrees(field.value, value)
      }
    }
    return fields.count == 1 && agrees(fields[0].value, recorded)
  }
}

/// A frame cut into its parts.
struct RecordedFrame {
  let code: Int32
  let payload: [UInt8]

  init?(_ bytes: [UInt8]) {
    guard bytes.count >= WireLimits.headerByteCount else { return nil }
    let length = Self.word(bytes[4..<8])
    guard Int(length) == bytes.count - WireLimits.headerByteCount else { return nil }
    code = Self.word(bytes[0..<4])
    payload = Array(bytes[8...])
  }

  private static func word(_ bytes: ArraySlice<UInt8>) -> Int32 {
    Int32(bitPattern: bytes.reduce(0) { $0 << 8 | UInt32($1) })
  }

  func decoded() throws -> any WireCommand {
    try payload.withUnsafeBytes { try CommandTable.decode(code: code, payload: $0) }
  }
}
