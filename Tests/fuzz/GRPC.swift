// SPDX-License-Identifier: Apache-2.0

// joined: PravegaThreads PravegaNet PravegaHTTP2 PravegaGRPC
// seeds: grpc-bodies
// longest: 2048
// memory: 1

import Glibc

/// A peer's body, metadata texts and headers, in pieces, and its bytes at a connection of either
/// side. The first byte chooses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let size = Int(input[1]) + 1
  let bytes = input[2...]
  switch input[0] % 6 {
  case 0: body(bytes, size)
  case 1: reply(bytes, size)
  case 2: request(bytes)
  case 3: texts(Array(bytes))
  case 4: server(bytes, size * 8)
  default: client(bytes, size * 8)
  }
  return 0
}

/// What was framed must come out whole; what comes in may be anything.
private func body(_ bytes: ArraySlice<UInt8>, _ size: Int) {
  var whole = MessageBuffer(limit: 1 << 20)
  for piece in pieces(MessageBuffer.frame(Array(bytes))[...], size) {
    guard (try? whole.append(piece)) != nil else { preconditionFailure("refused what was framed") }
  }
  precondition((try? whole.message()) == Array(bytes))
  var foreign = MessageBuffer(limit: 1 << 12)
  for piece in pieces(bytes, size) {
    guard (try? foreign.append(piece)) != nil else { return }
  }
  precondition(foreign.count <= bytes.count)
  _ = try? foreign.message()
}

/// A call of a client that gets headers, a body and trailers.
private func reply(_ bytes: ArraySlice<UInt8>, _ size: Int) {
  var call = PendingCall(promise: Promise(), maxMessageSize: 1 << 12)
  let (head, rest) = fields(bytes)
  let (tail, data) = fields(rest)
  guard call.receiveHeaders(head, isEnd: size % 7 == 0) == nil else { return }
  for piece in pieces(data, size) {
    guard call.receiveData(piece, isEnd: size % 5 == 0) == nil else { return }
  }
  _ = call.finish(tail)
}

/// A call at a server and what it refuses.
private func request(_ bytes: ArraySlice<UInt8>) {
  let (head, data) = fields(bytes)
  var incoming = IncomingCall(head, maxMessageSize: 1 << 12, now: .now)
  if let refusal = incoming.refusal {
    _ = refusal.trailersOnly
    return
  }
  guard (try? incoming.body.append(data)) != nil else { return }
  _ = (GRPCMetadata(incoming.fields), try? incoming.body.message())
}

private func texts(_ bytes: [UInt8]) {
  let text = String(decoding: bytes, as: UTF8.self)
  if let timeout = GRPCTimeout.decode(text) { _ = GRPCTimeout.encode(timeout) }
  precondition(PercentEncoding.decode(PercentEncoding.encode(text)) == text)
  _ = PercentEncoding.decode(bytes)
}

// MARK: - Connections

/// Takes everything and has nothing. No thread polls it, since the links are never started.
private final class NullTransport: Transport {
  let descriptor: CInt = -1
  let allowsSendingFromAnyThread = true
  let peer: Endpoint? = nil

  func receive(into space: UnsafeMutableRawBufferPointer) -> TransportRead {
    .wouldBlock(wantsWrite: false)
  }

  func send(_ buffers: UnsafeBufferPointer<iovec>) -> TransportWrite {
    .bytes(buffers.reduce(0) { $0 + $1.iov_len })
  }

  func shutdown() {}
  func shutdownSending() {}
  func close() {}
}

private let configuration = {
  var configuration = GRPCServerConfiguration(handlers: ["/s/m": { $0.message }])
  configuration.maxMessageSize = 1 << 12
  configuration.maxBufferedBytes = 1 << 14
  return configuration
}()

private let owner = ServerConnection.Owner(
  configuration: configuration,
  submit: { job in
    job()
    return true
  }, closed: { _ in })

/// A client's bytes at a server whose handler answers on the calling thread.
private func server(_ bytes: ArraySlice<UInt8>, _ size: Int) {
  let peer = GRPCServerPeer(number: 1, remote: nil, local: nil, isSecure: false)
  guard let connection = try? ServerConnection(NullTransport(), peer: peer, owner: owner) else {
    return
  }
  for piece in pieces(bytes, size) {
    let space = connection.linkReceiveSpace()
    space.copyBytes(from: piece)
    connection.linkReceived(piece.count)
    if connection.monitor.withLock({ $0.http.hasFailed }) { break }
  }
  connection.close(until: .now)
}

/// A server's bytes at a client with three calls under way.
private func client(_ bytes: ArraySlice<UInt8>, _ size: Int) {
  let keepAlive = KeepAlive(
    interval: .seconds(60), timeout: .seconds(20), withoutCalls: false, now: .now)
  var state = ClientConnection.State(
    http: HTTP2Connection(role: .client), keepAlive: keepAlive)
  for _ in 0..<3 {
    guard let id = try? state.http.openStream([HeaderField(":method", "POST")]) else { return }
    state.http.sendData([0, 0, 0, 0, 0], on: id, endStream: true)
    state.calls[id] = PendingCall(promise: Promise(), maxMessageSize: 1 << 12)
  }
  _ = state.sendPing(Promise())
  for piece in pieces(bytes, size) {
    let events = state.http.receive(piece, at: .zero)
    state.handle(events).fail()
    _ = state.http.takeOutput()
    if state.http.hasFailed { break }
  }
  precondition(state.calls.count <= 3)
}

private func pieces(_ bytes: ArraySlice<UInt8>, _ size: Int) -> [ArraySlice<UInt8>] {
  stride(from: bytes.startIndex, to: bytes.endIndex, by: size).map {
    bytes[$0..<min($0 + size, bytes.endIndex)]
  }
}

/// Lines `name:value`, up to an empty one; half of them with names that mean something.
private func fields(_ bytes: ArraySlice<UInt8>) -> ([HeaderField], ArraySlice<UInt8>) {
  let known = [
    ":status", "content-type", "grpc-status", "grpc-message", ":method", ":path", "grpc-timeout",
  ]
  var fields: [HeaderField] = []
  var rest = bytes
  while let end = rest.firstIndex(of: 10), end > rest.startIndex {
    let line = rest[..<end]
    rest = rest[(end + 1)...]
    let kind = Int(line.first ?? 0)
    let name = kind < known.count ? Array(known[kind].utf8) : Array(line.prefix(4))
    fields.append(HeaderField(name: name, value: Array(line.dropFirst()), indexing: .none))
  }
  return (fields, rest)
}
