// SPDX-License-Identifier: Apache-2.0

// sources: PravegaHTTP2
// seeds: http2-streams

/// A peer's bytes for a connection machine of either role, in pieces.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = Array(UnsafeBufferPointer(start: start, count: count))[...]
  guard let first = input.popFirst() else { return 0 }
  var connection = HTTP2Connection(role: first & 1 == 1 ? .server : .client)
  var now = Duration.zero
  while !input.isEmpty, !connection.hasFailed {
    let piece = input.prefix(Int(first >> 1) + 1)
    input = input.dropFirst(piece.count)
    _ = connection.receive(piece, at: now)
    _ = connection.takeOutput()
    now += .milliseconds(1)
  }
  return 0
}
