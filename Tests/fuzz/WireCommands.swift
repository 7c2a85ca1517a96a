// SPDX-License-Identifier: Apache-2.0

// sources: PravegaWire
// seeds: wire-payloads

/// Any payload for any command code: 4 bytes of code, then the payload. What decodes must encode
/// and decode again to the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: start, count: count)
  guard count >= 4 else { return 0 }
  let code = Int32(bigEndian: input.loadUnaligned(as: Int32.self))
  let payload = UnsafeRawBufferPointer(rebasing: input[4...])
  guard let command = try? CommandTable.decode(code: code, payload: payload) else { return 0 }
  let line = WireDump.line(command)
  guard let frame = try? command.encoded() else { return 0 }
  let again = frame.withUnsafeBytes {
    try? CommandTable.decode(code: code, payload: UnsafeRawBufferPointer(rebasing: $0[8...]))
  }
  precondition(again.map(WireDump.line) == line, line)
  return 0
}
