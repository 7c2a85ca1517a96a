// SPDX-License-Identifier: Apache-2.0

// sources: PravegaWire
// seeds: wire-streams
// longest: 4096
// memory: 17

/// A byte stream in pieces whose sizes the first byte chooses, through the frame reader and the
/// decoders of a store, or of a client, which takes eight bytes more.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = UnsafeRawBufferPointer(start: start, count: count)[...]
  guard let first = input.popFirst() else { return 0 }
  let limit = first & 1 == 0 ? WireLimits.maxPayloadToServer : WireLimits.maxPayloadToClient
  var reader = FrameReader(maxPayload: limit, bufferByteCount: 0)
  while !input.isEmpty {
    let space = reader.receiveSpace()
    let size = min(space.count, input.count, (Int(first) + 1) * 4)
    space.copyBytes(from: input.prefix(size))
    input = input.dropFirst(size)
    reader.received(size)
    do {
      while let frame = try reader.next() {
        precondition(frame.payload.count <= limit)
        _ = try CommandTable.decode(code: frame.code, payload: frame.payload)
      }
    } catch { return 0 }
  }
  return 0
}
