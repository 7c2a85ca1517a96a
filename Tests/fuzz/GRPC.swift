// SPDX-License-Identifier: Apache-2.0

// joined: PravegaThreads PravegaNet PravegaHTTP2 PravegaGRPC
// seeds: grpc-bodies

/// A peer's body, metadata texts and headers, in pieces. The first byte chooses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 1 else { return 0 }
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let size = Int(input[1]) + 1
  let bytes = input[2...]
  switch input[0] % 4 {
  case 0: body(bytes, size)
  case 1: reply(bytes, size)
  case 2: request(bytes)
  default: texts(Array(bytes))
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
