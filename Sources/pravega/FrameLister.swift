// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaWire

/// Does what `pravega wire decode` promises: one line, or one JSON object, per frame.
struct FrameLister: ~Copyable {
  private var reader = FrameReader(maxPayload: WireLimits.maxPayloadToClient)
  private let output: Output
  private let isJSON: Bool
  /// Of the next frame in the input.
  private var offset = 0
  private var received = 0
  private var separator = ""

  @Sendable static func run(_ invocation: Invocation) throws -> ExitCode {
    let paths = invocation.arguments.isEmpty ? ["-"] : invocation.arguments
    guard paths.count == 1 || invocation.string("output") != "json" else {
      throw invocation.usage("--output json takes one file")
    }
    for path in paths {
      var lister = FrameLister(isJSON: invocation.string("output") == "json")
      try lister.list(ByteInput(path: path), isBinary: invocation.has("binary"))
    }
    return .ok
  }

  private init(isJSON: Bool) {
    self.isJSON = isJSON
    output = Output()
  }

  private mutating func list(_ input: ByteInput, isBinary: Bool) throws {
    var hex = HexDecoder()
    if isJSON {
      try output.write(
        #"{"command": "wire decode", "version": \#(Results.jsonVersion), "items": ["#)
    }
    while let chunk = try input.next() {
      try add(isBinary ? Array(chunk) : hex.decode(chunk))
    }
    if isJSON { try output.line("]}") }
    try output.flush()
    let left = received - offset
    guard left == 0, !hex.isWithinByte else {
      throw Program.Report(
        "the input ends within a frame, \(left) bytes after offset \(offset)",
        hint: "Record the connection to its end, or cut the rest off.")
    }
  }

  private mutating func add(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let space = unsafe reader.receiveSpace()
      let count = min(space.count, rest.count)
      unsafe space.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      received += count
      reader.received(count)
      do {
        while let frame = try reader.next() { try show(frame) }
      } catch let error as WireError {
        try output.flush()
        throw Program.Report(
          "at offset \(offset): \(error)",
          hint: "Give one direction of a segment store's connection, from its beginning.")
      }
    }
  }

  private mutating func show(_ frame: RawFrame) throws {
    let byteCount = unsafe frame.payload.count
    let name = CommandTable[frame.code]?.name
    var line: String
    do throws(WireError) {
      line = WireDump.line(
        try unsafe CommandTable.decode(code: frame.code, payload: frame.payload))
    } catch {
      line = "\(name ?? "code \(frame.code)") cannot be decoded: \(error)"
    }
    if isJSON {
      let item: JSONObject = [
        "offset": .int(Int64(offset)), "code": .int(Int64(frame.code)),
        "name": name.map(JSONValue.string) ?? .null, "bytes": .int(Int64(byteCount)),
        "text": .string(line),
      ]
      try output.write(separator + JSONValue.object(item).text)
      separator = ",\n"
    } else {
      try output.line("\(offset) \(line)")
    }
    offset += WireLimits.headerByteCount + byteCount
  }
}
