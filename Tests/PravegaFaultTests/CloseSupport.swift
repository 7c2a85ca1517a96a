// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaNet
import PravegaStandalone
import PravegaThreads
import XCTest

/// A server with one stream, its faults, and a client whose parts the test can see.
final class Bench {
  static let scope = "leaks"
  static let stream = "events"

  let faults = FaultPlan()
  let server: StandaloneServer
  let client: Client
  let factory: EventStreamClientFactory

  init(
    segments: Int32 = 1, server adjust: (inout StandaloneServer.Configuration) -> Void = { _ in },
    client adjustClient: (inout ClientConfig) -> Void = { _ in }
  ) throws {
    var configuration = StandaloneServer.Configuration()
    configuration.faults = faults
    configuration.seeds = [.init(scope: Self.scope, stream: Self.stream, segments: segments)]
    adjust(&configuration)
    server = try StandaloneServer.start(configuration)
    var config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
    adjustClient(&config)
    client = try Client(config)
    factory = EventStreamClientFactory(scope: Self.scope, client: client)
  }

  func close() {
    factory.close()
    server.close()
  }

  var name: PravegaStream { PravegaStream(uncheckedScope: Self.scope, stream: Self.stream) }

  /// What is behind an `EventStreamWriter`, whose close can be given a deadline of its own.
  func makeWriter() throws -> EventWriterCore {
    let segments = try client.controller.currentSegments(of: name, until: .after(.seconds(10)))
    return try EventWriterCore(
      name, segments, client: client.core, controller: client.controller, writerID: "w")
  }

  func makeGroup(_ group: String = "group") throws {
    let config = try ReaderGroupConfig.builder().stream("\(Self.scope)/\(Self.stream)").build()
    _ = try ReaderGroups(client.core, client.controller, scope: Self.scope)
      .create(group, config, until: .after(.seconds(10)))
  }

  func makeReader(
    _ reader: String = "reader", of group: String = "group"
  ) throws -> EventStreamReader<[UInt8]> {
    try factory.createReader(
      readerId: reader, readerGroup: group, serializer: ByteArraySerializer())
  }
}

extension EventWriterCore {
  @discardableResult
  func write(_ byteCount: Int, until deadline: Deadline = .distantFuture) throws -> WriteFuture {
    try EventBuffer.withScratch { buffer in
      buffer.append([UInt8](repeating: 7, count: byteCount))
      return try stream.write(buffer, fraction: nil, by: seat, until: deadline)
    }
  }
}

/// A call on a thread of its own.
final class Call<Value: Sendable>: Sendable {
  private let promise = Promise<Value>()

  init(_ body: @escaping @Sendable () throws -> Value) {
    let promise = promise
    Thread.detachNewThread {
      do { promise.succeed(try body()) } catch { promise.fail(error) }
    }
  }

  /// What it returned or threw, at most after a time.
  func value(within duration: Duration = .seconds(10)) throws -> Value {
    try promise.future.get(until: .after(duration))
  }

  var isDone: Bool { promise.future.peek() != nil }

  /// Fails the test unless the call ended with such an error in time.
  func assertFails(
    _ code: PravegaError.Code, within duration: Duration = .seconds(5),
    file: StaticString = #filePath, line: UInt = #line
  ) {
    XCTAssertThrowsError(try value(within: duration), file: file, line: line) { error in
      guard let error = error as? PravegaError else {
        return XCTFail("\(error) is no PravegaError", file: file, line: line)
      }
      XCTAssertEqual(error.code, code, "\(error)", file: file, line: line)
    }
  }
}

/// Waits until something is so, at most ten seconds.
func awaitState(
  _ what: String, within duration: Duration = .seconds(10), file: StaticString = #filePath,
  line: UInt = #line, _ condition: () -> Bool
) {
  let deadline = Deadline.after(duration)
  while !condition() {
    guard !deadline.hasPassed else {
      return XCTFail("not in time: \(what)", file: file, line: line)
    }
    poll(nil, 0, 2)
  }
}

/// A peer that accepts connections and never says a word.
final class SilentPeer: Sendable {
  let endpoint: Endpoint
  private let listener: Listener
  private let accepted = Monitor<[TCPTransport]>([])
  private let worker = Monitor<Worker?>(nil)

  init() throws {
    listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    endpoint = listener.endpoint
    let accepting = Worker.start(name: "silent-peer") { [self] in
      while let transport = try? listener.accept(until: .distantFuture) {
        accepted.withLock { $0.append(transport) }
      }
    }
    worker.withLock { $0 = accepting }
  }

  var count: Int { accepted.withLock { $0.count } }

  func close() {
    listener.close()
    _ = worker.withLock { $0 }?.join(until: .after(.seconds(5)))
    for transport in accepted.withLock({ $0 }) {
      transport.shutdown()
      transport.close()
    }
  }
}
