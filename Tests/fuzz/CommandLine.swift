// SPDX-License-Identifier: Apache-2.0

// sources: PravegaCLIKit
// seeds: command-lines
// longest: 512
// memory: 1

private let tree = Command(
  "tool", "A tool.",
  options: [
    .value("output", short: "o", "FORMAT", "how to print", choices: ["text", "json"]),
    .flag("verbose", short: "v", "say more"),
  ],
  subcommands: [
    Command(
      "create", "Creates one.", arguments: [Argument("SCOPE/STREAM", "the name")],
      options: [
        .value("segments", short: "s", "N", "how many", default: "1"),
        .value("tag", "TAG", "a tag", repeatable: true),
        .value("size", "BYTES", "how large"),
        .value("time", "TIME", "how long"),
        .value("rate", "N", "how often"),
      ], action: { _ in .ok }),
    Command(
      "many", "Takes many words.", arguments: [Argument("WORD", "any", count: .any)],
      action: { _ in .ok }),
  ])

/// Words of a command line, lines of a file and texts that go into JSON. The first byte chooses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let input = UnsafeBufferPointer(start: start, count: count)
  switch input[0] % 4 {
  case 0: parse(String(decoding: input[1...], as: UTF8.self))
  case 1:
    var decoder = HexDecoder()
    _ = try? decoder.decode(Array(input[1...])[...])
  case 2: numbers(String(decoding: input[1...], as: UTF8.self))
  default: json(Array(input[1...]))
  }
  return 0
}

private func parse(_ text: String) {
  let words = text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
  guard case .run(let invocation)? = try? Parser.parse(words, tree) else { return }
  let count = (try? invocation.int("segments", default: 1, in: 1...100)) ?? 1
  precondition((1...100).contains(count))
  _ = (try? invocation.byteCount("size", default: 1), try? invocation.double("rate", default: 1))
  _ = try? invocation.duration("time", default: .zero)
}

private func numbers(_ text: String) {
  if let count = Human.parseByteCount(text) {
    precondition(count >= 0)
    precondition(!Human.byteCount(Double(count)).isEmpty)
  }
  if let time = Human.parseDuration(text) { precondition(!Human.duration(time).isEmpty) }
  if let value = Double(text) {
    _ = (Human.count(value), Human.fixed(value, 3), JSONValue.rounded(value, 2).text)
  }
}

/// A value of all kinds, by what stands in the input, as one line of JSON.
private func json(_ bytes: [UInt8]) {
  var rest = bytes[...]
  let line = value(&rest, depth: 0).text
  var checker = JSONChecker(line)
  precondition(checker.isValid)
}

private func value(_ input: inout ArraySlice<UInt8>, depth: Int) -> JSONValue {
  guard let kind = input.popFirst() else { return .null }
  switch kind % 8 {
  case 0: return .bool(kind > 99)
  case 1: return .int(Int64(truncatingIfNeeded: bits(&input)))
  case 2: return .double(Double(bitPattern: bits(&input)))
  case 3 where depth < 8:
    return .array((0..<Int(kind >> 3) % 4).map { _ in value(&input, depth: depth + 1) })
  case 4 where depth < 8:
    var object = JSONObject()
    for _ in 0..<Int(kind >> 3) % 4 { object[text(&input)] = value(&input, depth: depth + 1) }
    return .object(object)
  case 5: return .null
  default: return .string(text(&input))
  }
}

private func bits(_ input: inout ArraySlice<UInt8>) -> UInt64 {
  defer { input = input.dropFirst(8) }
  return input.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
}

private func text(_ input: inout ArraySlice<UInt8>) -> String {
  let count = Int(input.popFirst() ?? 0) % 40
  defer { input = input.dropFirst(count) }
  return String(decoding: input.prefix(count), as: UTF8.self)
}

/// The grammar of RFC 8259, as far as one line may use it.
private struct JSONChecker {
  private let bytes: [UInt8]
  private var at = 0

  init(_ line: String) { bytes = Array(line.utf8) }

  var isValid: Bool {
    mutating get { value() && at == bytes.count }
  }

  private mutating func take(_ text: StaticString) -> Bool {
    let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    guard bytes[at...].starts(with: wanted) else { return false }
    at += wanted.count
    return true
  }

  private mutating func value() -> Bool {
    if take("null") || take("true") || take("false") { return true }
    if take("\"") { return string() }
    if take("[") { return list("]") { $0.value() } }
    if take("{") {
      return list("}") { $0.take("\"") && $0.string() && $0.take(": ") && $0.value() }
    }
    return number()
  }

  private mutating func member() -> Bool { take("\"") && string() && take(": ") && value() }

  private mutating func list(_ end: StaticString, _ item: (inout JSONChecker) -> Bool) -> Bool {
    if take(end) { return true }
    repeat { guard item(&self) else { return false } } while take(", ")
    return take(end)
  }

  private mutating func string() -> Bool {
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case 0..<0x20: return false
      case UInt8(ascii: "\\"): guard escape() else { return false }
      default: continue
      }
    }
    return false
  }

  private mutating func escape() -> Bool {
    guard at < bytes.count else { return false }
    let letter = bytes[at]
    at += 1
    guard letter == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(letter) }
    let digits = bytes[at...].prefix(4)
    at += digits.count
    return digits.count == 4 && digits.allSatisfy { "0123456789abcdefABCDEF".utf8.contains($0) }
  }

  private mutating func number() -> Bool {
    _ = take("-")
    guard digits() else { return false }
    if take("."), !digits() { return false }
    guard take("e") || take("E") else { return true }
    _ = take("+") || take("-")
    return digits()
  }

  private mutating func digits() -> Bool {
    let count = bytes[at...].prefix { (0x30...0x39).contains($0) }.count
    at += count
    return count > 0
  }
}
