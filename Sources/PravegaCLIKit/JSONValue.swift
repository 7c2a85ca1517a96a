// SPDX-License-Identifier: Apache-2.0

/// A JSON value whose objects keep the order in which their members were added.
///
/// Written by hand so that the program starts without Foundation, and so that the same report always
/// prints the same text.
package indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case int(Int64)
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)

  /// One line, no spaces beyond one after each colon and comma.
  package var text: String {
    var out = ""
    write(to: &out)
    return out
  }

  private func write(to out: inout String) {
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .int(let value): out += "\(value)"
    case .double(let value): out += JSONValue.number(value)
    case .string(let value): JSONValue.quote(value, to: &out)
    case .array(let values): JSONValue.write(values, to: &out)
    case .object(let object): JSONValue.write(object, to: &out)
    }
  }

  private static func write(_ values: [JSONValue], to out: inout String) {
    out += "["
    for (index, value) in values.enumerated() {
      if index > 0 { out += ", " }
      value.write(to: &out)
    }
    out += "]"
  }

  private static func write(_ object: JSONObject, to out: inout String) {
    out += "{"
    for (index, member) in object.members.enumerated() {
      if index > 0 { out += ", " }
      quote(member.name, to: &out)
      out += ": "
      member.value.write(to: &out)
    }
    out += "}"
  }

  /// JSON has no infinities; a whole number prints without a fraction.
  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    guard value == value.rounded(), abs(value) < 1e15 else { return "\(value)" }
    return "\(Int64(value))"
  }

  private static func quote(_ text: String, to out: inout String) {
    out += "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case "\u{0}"..."\u{1f}", "\u{7f}", "\u{2028}", "\u{2029}":
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    out += "\""
  }
}

/// Members in order; a name that is set again keeps its place.
package struct JSONObject: Sendable, Equatable {
  package struct Member: Sendable, Equatable {
    package var name: String
    package var value: JSONValue
  }

  package private(set) var members: [Member] = []

  package init() {}

  package subscript(name: String) -> JSONValue? {
    get { members.first { $0.name == name }?.value }
    set {
      let index = members.firstIndex { $0.name == name }
      switch (index, newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (name, value) in elements { self[name] = value }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .int(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONValue {
  /// Rounded, so that reports do not print noise.
  package static func rounded(_ value: Double, _ decimals: Int) -> JSONValue {
    var factor = 1.0
    for _ in 0..<decimals { factor *= 10 }
    return .double((value * factor).rounded() / factor)
  }
}
