// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaHTTP2
import PravegaNet
import PravegaThreads

@testable import PravegaStandalone

/// Another front of an embedded controller, which breaks a call off where a test says.
final class AbruptController: Sendable {
  /// How far the server is with a call.
  enum Moment: Int, CaseIterable, Sendable {
    case untouched, processed, afterHeaders, afterMessage, afterTrailers
  }

  enum Blow: Hashable, Sendable {
    case goAway(HTTP2ErrorCode)
    case reset(HTTP2ErrorCode)
    /// The connection ends.
    case end
    /// The connection stays and says nothing any more.
    case silence
  }

  private struct State: Sendable {
    var transports: [TCPTransport] = []
    var calls = 0
    var blows = 0
    var next: @Sendable (_ call: Int, _ path: String) -> (Moment, Blow)? = { _, _ in nil }
  }

  let endpoint: Endpoint
  private let service: ControllerService
  private let listener: Listener
  private let monitor = Monitor(State())

  init(_ service: ControllerService) throws {
    self.service = service
    listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    endpoint = listener.endpoint
    _ = Worker.start(name: "test-accept") { [self] in
      while let transport = try? listener.accept(until: .distantFuture) {
        monitor.withLock { $0.transports.append(transport) }
        _ = Worker.start(name: "test-abrupt") { [self] in
          try? serve(transport)
          transport.close()
        }
      }
    }
  }

  var connectionCount: Int { monitor.withLock { $0.transports.count } }
  var blowCount: Int { monitor.withLock { $0.blows } }

  /// Decides for every call what happens to it and when; calls count from 1.
  func decide(_ next: @escaping @Sendable (_ call: Int, _ path: String) -> (Moment, Blow)?) {
    monitor.withLock { state in
      state.next = next
      state.calls = 0
    }
  }

  func close() {
    listener.close()
    for transport in monitor.withLock({ $0.transports }) { transport.shutdown() }
  }

  // MARK: - One connection

  private struct Over: Error {}

  private func serve(_ transport: TCPTransport) throws {
    var http = HTTP2Connection(role: .server)
    var requests: [StreamID: (path: String, body: [UInt8])] = [:]
    var space = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      try flush(&http, transport)
      let count = try receive(transport, &space)
      for event in http.receive(space[..<count], at: .nanoseconds(Deadline.now.nanoseconds)) {
        switch event {
        case .headers(let id, let fields, _):
          let path = fields.first { $0.nameText == ":path" }?.valueText ?? ""
          requests[id] = (path, [])
        case .data(let id, let bytes, let isEnd):
          requests[id]?.body += bytes
          guard isEnd, let request = requests.removeValue(forKey: id) else { continue }
          try answer(request.path, request.body, id, &http, transport)
        case .reset(let id, _): requests[id] = nil
        case .connectionFailed: throw Over()
        default: break
        }
      }
    }
  }

  private func answer(
    _ path: String, _ body: [UInt8], _ id: StreamID, _ http: inout HTTP2Connection,
    _ transport: TCPTransport
  ) throws {
    let planned = monitor.withLock { state -> (Moment, Blow)? in
      state.calls += 1
      return state.next(state.calls, path)
    }
    var isReset = false
    func reach(_ moment: Moment, _ http: inout HTTP2Connection) throws {
      guard let planned, planned.0 == moment else { return }
      // What was said before arrives before.
      try flush(&http, transport)
      isReset = try strike(planned.1, id, &http, transport)
    }
    try reach(.untouched, &http)
    if isReset { return }
    let method = String(path.split(separator: "/").last ?? "")
    let reply = try? service.answer(method, Array(body.dropFirst(5)), from: ControllerCaller())
    try reach(.processed, &http)
    if isReset { return }
    http.sendHeaders(
      [HeaderField(":status", "200"), HeaderField("content-type", "application/grpc")], on: id)
    try reach(.afterHeaders, &http)
    if isReset { return }
    let message = reply ?? []
    let length = (0..<4).map { UInt8(truncatingIfNeeded: message.count >> (24 - 8 * $0)) }
    http.sendData(([0] + length + message)[...], on: id)
    try reach(.afterMessage, &http)
    if isReset { return }
    let status = reply == nil ? "13" : "0"
    http.sendHeaders([HeaderField("grpc-status", status)], on: id, endStream: true)
    try reach(.afterTrailers, &http)
  }

  /// - Returns: whether the call is over.
  private func strike(
    _ blow: Blow, _ id: StreamID, _ http: inout HTTP2Connection, _ transport: TCPTransport
  ) throws -> Bool {
    monitor.withLock { $0.blows += 1 }
    switch blow {
    case .goAway(let code):
      http.sendGoAway(code)
      try flush(&http, transport)
      return false
    case .reset(let code):
      http.reset(id, code)
      try flush(&http, transport)
      return true
    case .end: throw Over()
    case .silence:
      var space = [UInt8](repeating: 0, count: 1024)
      while true { _ = try receive(transport, &space) }
    }
  }

  private func flush(_ http: inout HTTP2Connection, _ transport: TCPTransport) throws {
    while true {
      var bytes = http.takeOutput()
      guard !bytes.isEmpty else { return }
      try bytes.withUnsafeMutableBytes { buffer in
        var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
        _ = try withUnsafePointer(to: &part) {
          try transport.send(UnsafeBufferPointer(start: $0, count: 1))
        }
      }
    }
  }

  private func receive(_ transport: TCPTransport, _ space: inout [UInt8]) throws -> Int {
    while true {
      switch try space.withUnsafeMutableBytes({ try transport.receive(into: $0) }) {
      case .bytes(let count): return count
      case .end: throw Over()
      case .wouldBlock:
        var descriptor = pollfd(fd: transport.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&descriptor, 1, 10_000)
      }
    }
  }
}
