// SPDX-License-Identifier: Apache-2.0

// sources: PravegaHTTP2
// seeds: http2-streams
// longest: 2048
// memory: 1

private let request = [
  HeaderField(":method", "POST"), HeaderField(":scheme", "http"), HeaderField(":path", "/s/m"),
  HeaderField("te", "trailers"),
]
private let response = [HeaderField(":status", "200"), HeaderField("content-type", "x")]
private let body = [UInt8](repeating: 7, count: 100)[...]

/// A peer's bytes for a connection machine of either role, in pieces. The first byte chooses the
/// role and the size of the pieces, the second what this side does meanwhile.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 2 else { return 0 }
  var input = UnsafeBufferPointer(start: start, count: count)[...]
  let (first, second) = (input.removeFirst(), input.removeFirst())
  let role: HTTP2Connection.Role = first & 1 == 1 ? .server : .client
  var connection = HTTP2Connection(role: role)
  if role == .client { open(Int(second & 3), &connection) }
  var now = Duration.zero
  while !input.isEmpty, !connection.hasFailed {
    let piece = input.prefix((Int(first >> 1) + 1) * 4)
    input = input.dropFirst(piece.count)
    let events = connection.receive(piece, at: now)
    if role == .server { answer(events, second, &connection) }
    if second & 4 == 0 { _ = connection.takeOutput() }
    now += .milliseconds(Int(second >> 4))
    precondition(role == .server || connection.streamCount <= 3)
    precondition(connection.output.count < 1 << 17)
  }
  return 0
}

private func open(_ count: Int, _ connection: inout HTTP2Connection) {
  for _ in 0..<count {
    guard let id = try? connection.openStream(request) else { return }
    connection.sendData(body, on: id, endStream: true)
  }
}

private func answer(_ events: [HTTP2Event], _ choice: UInt8, _ connection: inout HTTP2Connection) {
  for case .headers(let id, _, _) in events {
    connection.sendHeaders(response, on: id)
    connection.sendData(body, on: id)
    if choice & 1 == 1 { connection.sendHeaders([], on: id, endStream: true) }
    if choice & 2 == 2 { connection.reset(id, .cancel) }
  }
}
