// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaProtobuf

/// Holds a decoded message against the JSON that a recording gives for it. What the JSON leaves out
/// must have its default.
enum MessageComparison {
  /// The first difference, nil when there is none.
  static func difference(_ value: Any, _ json: Any?, at path: String = "") -> String? {
    // A value that differs from run to run.
    if (json as? String)?.hasPrefix("$") ?? false { return nil }
    if let value = value as? any ProtobufEnum {
      // Numbers without a name are written as numbers.
      let name = json as? String ?? (json as? NSNumber)?.stringValue
      return same(value.name, name ?? zeroName(value), path)
    }
    if let message = value as? any ProtobufMessage { return fields(message, json, path) }
    switch value {
    case let value as String: return same(value, json as? String ?? "", path)
    case let value as Bool: return same(value, (json as? NSNumber)?.boolValue ?? false, path)
    case let value as Int32: return same(Int64(value), number(json), path)
    case let value as Int64: return same(value, number(json), path)
    case let value as Double:
      // The JSON parser's numbers are off by a unit in the last place now and then.
      let recorded = (json as? NSNumber)?.doubleValue ?? 0
      return abs(value - recorded) < 1e-15 ? nil : "\(path): \(value) is not \(recorded)"
    case let value as [Int64: Int64]:
      let pairs = (json as? [String: Any] ?? [:]).map { (Int64($0.key) ?? -1, number($0.value)) }
      return same(value, Dictionary(pairs) { first, _ in first }, path)
    default: return collection(value, json, path)
    }
  }

  private static func collection(_ value: Any, _ json: Any?, _ path: String) -> String? {
    let mirror = Mirror(reflecting: value)
    if mirror.displayStyle == .optional {
      guard let child = mirror.children.first else {
        return json == nil ? nil : "\(path) is missing"
      }
      return json == nil ? "\(path) is there" : difference(child.value, json, at: path)
    }
    let list = json as? [Any] ?? []
    guard mirror.children.count == list.count else {
      return "\(path) has \(mirror.children.count) elements, not \(list.count)"
    }
    for (index, (child, element)) in zip(mirror.children, list).enumerated() {
      if let found = difference(child.value, element, at: "\(path)[\(index)]") { return found }
    }
    return nil
  }

  private static func fields(
    _ message: any ProtobufMessage, _ json: Any?, _ path: String
  ) -> String? {
    guard var rest = json as? [String: Any] else { return "\(path) is no object" }
    for child in Mirror(reflecting: message).children {
      let name = child.label ?? ""
      let json = rest.removeValue(forKey: name)
      if let found = difference(child.value, json, at: "\(path).\(name)") { return found }
    }
    return rest.isEmpty ? nil : "\(path) has no fields \(rest.keys.sorted())"
  }

  private static func same<T: Equatable>(_ a: T, _ b: T, _ path: String) -> String? {
    a == b ? nil : "\(path): \(a) is not \(b)"
  }

  private static func number(_ json: Any?) -> Int64 {
    if let text = json as? String { return Int64(text) ?? -99 }
    return (json as? NSNumber)?.int64Value ?? 0
  }

  private static func zeroName(_ value: some ProtobufEnum) -> String {
    type(of: value).init(rawValue: 0).name
  }
}
