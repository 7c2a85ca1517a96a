// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaNet
import PravegaThreads
import PravegaWire

/// A segment store whose answers a test decides one by one, and which remembers what it was asked.
final class AnsweringStore: Sendable {
  struct Request: Sendable {
    /// From 1 on, in order of arrival.
    let connection: Int
    let command: any WireCommand
  }

  enum Answer: Sendable {
    case frames([any WireCommand])
    case bytes([UInt8])
    case close
  }

  typealias Handler = @Sendable (Request) -> Answer

  private struct State: Sendable {
    var requests: [Request] = []
    var transports: [TCPTransport] = []
    var ended: Set<Int> = []
    /// The last event of each writer that it acknowledged.
    var stored: [WireUUID: Int64] = [:]

    /// A set-up says at least what was acknowledged.
    mutating func honest(_ frames: [any WireCommand]) -> [any WireCommand] {
      frames.map { frame in
        if let reply = frame as? DataAppended {
          stored[reply.writerID] = max(stored[reply.writerID] ?? .min, reply.eventNumber)
        }
        guard var setup = frame as? AppendSetup, let last = stored[setup.writerID] else {
          return frame
        }
        setup.lastEventNumber = max(setup.lastEventNumber, last)
        return setup
      }
    }
  }

  let endpoint: Endpoint
  private let listener: Listener
  private let monitor = Monitor(State())
  private let handler: Handler

  /// Hello and KeepAlive are answered by themselves. A set-up that is answered with a frame never
  /// says less than what was acknowledged; with bytes it says what the test says.
  init(_ handler: @escaping Handler) throws {
    listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    endpoint = listener.endpoint
    self.handler = handler
    _ = Worker.start(name: "test-accept") { [self] in accept() }
  }

  var requests: [Request] { monitor.withLock { $0.requests } }

  func requests<C: WireCommand>(_ type: C.Type) -> [(connection: Int, command: C)] {
    requests.compactMap { request in
      (request.command as? C).map { (request.connection, $0) }
    }
  }

  /// Waits for the `count`-th request of a kind.
  func wait<C: WireCommand>(_ type: C.Type, count: Int = 1) -> C? {
    monitor.wait(until: .after(.seconds(10))) { state -> C? in
      let all = state.requests.compactMap { $0.command as? C }
      return all.count >= count ? all[count - 1] : nil
    }
  }

  func waitForEnd(of connection: Int) -> Bool {
    monitor.wait(until: .after(.seconds(10))) { $0.ended.contains(connection) ? true : nil }
      ?? false
  }

  /// Says something unasked.
  func send(_ commands: [any WireCommand], on connection: Int) throws {
    let (transport, commands) = monitor.withLock { state in
      (state.transports[connection - 1], state.honest(commands))
    }
    try send(commands.flatMap { try $0.encoded() }, transport)
  }

  /// Ends one connection.
  func end(_ connection: Int) { monitor.withLock { $0.transports[connection - 1] }.shutdown() }

  func close() {
    listener.close()
    for transport in monitor.withLock({ $0.transports }) { transport.shutdown() }
  }

  private func accept() {
    while let transport = try? listener.accept(until: .distantFuture) {
      let number = monitor.withLock { state -> Int in
        state.transports.append(transport)
        return state.transports.count
      }
      _ = Worker.start(name: "test-store") { [self] in
        try? serve(transport, number)
        transport.shutdown()
        monitor.withLock { _ = $0.ended.insert(number) }
        monitor.signalAll()
      }
    }
  }

  private func serve(_ transport: TCPTransport, _ number: Int) throws {
    var reader = FrameReader(maxPayload: WireLimits.maxPayloadToServer)
    while true {
      while let frame = try reader.next() {
        let command = try CommandTable.decode(code: frame.code, payload: frame.payload)
        if command is Hello || command is KeepAlive {
          try send(command.encoded(), transport)
          continue
        }
        let request = Request(connection: number, command: command)
        monitor.withLock { $0.requests.append(request) }
        monitor.signalAll()
        switch handler(request) {
        case .frames(let frames):
          let honest = monitor.withLock { $0.honest(frames) }
          try send(honest.flatMap { try $0.encoded() }, transport)
        case .bytes(let bytes): try send(bytes, transport)
        case .close: return
        }
      }
      switch try transport.receive(into: reader.receiveSpace()) {
      case .bytes(let count): reader.received(count)
      case .wouldBlock:
        var descriptor = pollfd(fd: transport.descriptor, events: Int16(POLLIN), revents: 0)
        _ = poll(&descriptor, 1, 10_000)
      case .end: return
      }
    }
  }

  private func send(_ bytes: [UInt8], _ transport: TCPTransport) throws {
    var bytes = bytes
    guard !bytes.isEmpty else { return }
    try bytes.withUnsafeMutableBytes { buffer in
      var part = iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
      _ = try withUnsafePointer(to: &part) {
        try transport.send(UnsafeBufferPointer(start: $0, count: 1))
      }
    }
  }
}

extension AnsweringStore.Answer {
  static var nothing: AnsweringStore.Answer { .frames([]) }

  static func setUp(_ request: SetupAppend, stored: Int64 = .min) -> AnsweringStore.Answer {
    var reply = AppendSetup()
    reply.requestID = request.requestID
    reply.segment = request.segment
    reply.writerID = request.writerID
    reply.lastEventNumber = stored
    return .frames([reply])
  }

  /// The same number whatever was acknowledged.
  static func lyingSetUp(_ request: SetupAppend, _ stored: Int64) -> AnsweringStore.Answer {
    guard case .frames(let frames) = setUp(request, stored: stored),
      let bytes = try? frames.flatMap({ try $0.encoded() })
    else { return .close }
    return .bytes(bytes)
  }

  static func stored(_ request: AppendBlockEnd, previous: Int64 = .min) -> AnsweringStore.Answer {
    var reply = DataAppended()
    reply.requestID = request.requestID
    reply.writerID = request.writerID
    reply.eventNumber = request.lastEventNumber
    reply.previousEventNumber = previous
    return .frames([reply])
  }

  static func sealed(_ request: AppendBlockEnd) -> AnsweringStore.Answer {
    var reply = SegmentIsSealed()
    reply.requestID = request.requestID
    reply.offset = request.lastEventNumber
    return .frames([reply])
  }

  static func missing(_ requestID: Int64) -> AnsweringStore.Answer {
    var reply = NoSuchSegment()
    reply.requestID = requestID
    return .frames([reply])
  }

  static func expired(_ requestID: Int64) -> AnsweringStore.Answer { tokenFailed(requestID, 1) }
  static func refused(_ requestID: Int64) -> AnsweringStore.Answer { tokenFailed(requestID, 0) }

  private static func tokenFailed(_ requestID: Int64, _ code: Int32) -> AnsweringStore.Answer {
    var reply = AuthTokenCheckFailed()
    reply.requestID = requestID
    reply.errorCode = code
    return .frames([reply])
  }
}
