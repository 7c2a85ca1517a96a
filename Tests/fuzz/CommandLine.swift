// SPDX-License-Identifier: Apache-2.0

// sources: PravegaCLIKit
// seeds: command-lines

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
      ], action: { _ in .ok }),
    Command(
      "many", "Takes many words.", arguments: [Argument("WORD", "any", count: .any)],
      action: { _ in .ok }),
  ])

/// Words of a command line, lines of a file and texts that go into JSON. The first byte chooses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  let text = String(decoding: bytes[1...], as: UTF8.self)
  switch bytes[0] % 3 {
  case 0:
    let words = text.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
    _ = try? Parser.parse(words, tree)
  case 1:
    var decoder = HexDecoder()
    _ = try? decoder.decode(bytes[1...])
  default:
    let line = JSONValue.array([.string(text), .string("")]).text
    // The rules of JSON for what stands between the quotes.
    precondition(line.utf8.allSatisfy { $0 >= 0x20 })
  }
  return 0
}
