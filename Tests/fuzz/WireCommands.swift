// SPDX-License-Identifier: Apache-2.0

// sources: PravegaWire
// seeds: wire-payloads
// longest: 2048
// memory: 1

/// Any payload for any command code: 4 bytes of code, then the payload. What decodes must encode
/// to bytes that decode and encode to the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: start, count: count)
  guard count >= 4 else { return 0 }
  let code = Int32(bigEndian: input.loadUnaligned(as: Int32.self))
  let payload = UnsafeRawBufferPointer(rebasing: input[4...])
  guard let command = try? CommandTable.decode(code: code, payload: payload) else { return 0 }
  // One line of text costs more than all the rest.
  if count % 8 == 0 { precondition(!WireDump.line(command).isEmpty) }
  guard let frame = try? command.encoded() else { return 0 }
  let again = frame.withUnsafeBytes {
    try? CommandTable.decode(code: code, payload: UnsafeRawBufferPointer(rebasing: $0[8...]))
  }
  precondition((try? again?.encoded()) == frame)
  return 0
}
