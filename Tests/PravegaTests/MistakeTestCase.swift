// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaWire
import XCTest

/// Makes mistakes and looks at what a person is told, and when.
class MistakeTestCase: LeakCheckedTestCase {
  /// Fails unless `body` throws the sentences of the table within five seconds.
  ///
  /// - Parameter subject: what comes before them.
  func assertTold(
    _ mistake: String, _ code: PravegaError.Code, address: String = "", of subject: String = "",
    within limit: Duration = .seconds(5), file: StaticString = #filePath, line: UInt = #line,
    _ body: () throws -> Void
  ) {
    let start = ContinuousClock.now
    do {
      try body()
      XCTFail("nothing was thrown", file: file, line: line)
    } catch let error as PravegaError {
      XCTAssertLessThan(ContinuousClock.now - start, limit, "too late", file: file, line: line)
      let expected = (MistakeSentences.byMistake[mistake] ?? "no sentence for \(mistake)")
        .replacingOccurrences(of: "ADDRESS", with: address)
      XCTAssertEqual(error.description, subject + expected, file: file, line: line)
      XCTAssertEqual(error.code, code, error.debugDescription, file: file, line: line)
      assertVoice(error, file: file, line: line)
    } catch {
      XCTFail("not a PravegaError: \(error)", file: file, line: line)
    }
  }

  /// One sentence that begins with a capital and ends with a full stop; one that says what to do.
  private func assertVoice(_ error: PravegaError, file: StaticString, line: UInt) {
    XCTAssertEqual(error.message.first?.isUppercase, true, error.message, file: file, line: line)
    XCTAssertEqual(error.message.last, ".", error.message, file: file, line: line)
    XCTAssertEqual(error.hint.first?.isUppercase, true, error.hint, file: file, line: line)
    XCTAssertEqual(error.hint.last, ".", error.hint, file: file, line: line)
    for text in [error.message, error.hint] {
      XCTAssertFalse(text.contains(". "), "two sentences: \(text)", file: file, line: line)
    }
  }

  /// A client that asks for a scope: the shortest thing that needs a controller.
  func askController(
    _ uri: String, _ change: (inout ClientConfig) -> Void = { _ in }
  ) throws {
    var config = ClientConfig(controllerURI: try ControllerURI(uri))
    change(&config)
    let manager = try StreamManager.create(clientConfig: config)
    defer { manager.close() }
    _ = try manager.createScope("demo")
  }

  func withServer(
    _ configuration: StandaloneServer.Configuration = .init(),
    _ body: (StandaloneServer) throws -> Void
  ) throws {
    let server = try StandaloneServer.start(configuration)
    defer { server.close() }
    try body(server)
  }

  /// A server with `demo/s`, whose clients are told that the segment store is elsewhere.
  func withServer(announcing address: String, _ body: (StandaloneServer) throws -> Void) throws {
    var configuration = StandaloneServer.Configuration()
    configuration.announce = address
    configuration.seeds = [.init(scope: "demo", stream: "s")]
    try withServer(configuration, body)
  }

  /// Writes an event to `demo/s` and waits until it is acknowledged.
  func write(_ server: StandaloneServer, to stream: String = "s", byteCount: Int = 1) throws {
    let config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
    let factory = try EventStreamClientFactory.withScope("demo", config: config)
    defer { factory.close() }
    let writer = try factory.createEventWriter(stream: stream, serializer: ByteArraySerializer())
    try writer.writeEvent([UInt8](repeating: 1, count: byteCount)).get()
  }

  /// The part of `tcp://HOST:PORT` after the slashes.
  func address(_ uri: String) -> String { String(uri.drop { $0 != "/" }.dropFirst(2)) }

  /// A port of this machine at which nobody listens.
  func freePort() throws -> Endpoint {
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    listener.close()
    return listener.endpoint
  }
}
