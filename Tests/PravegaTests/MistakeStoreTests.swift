// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaStandalone
import PravegaTestKit
import PravegaWire
import XCTest

/// Mistakes that only the segment store's side shows.
final class MistakeStoreTests: MistakeTestCase {
  func testAControllerInsteadOfASegmentStore() throws {
    try withServer { other in
      let address = address(other.controllerURI)
      try withServer(announcing: address) { server in
        assertTold("controller as segment store", .invalidMessage, address: address) {
          try write(server)
        }
      }
    }
  }

  func testAStoreThatCannotBeReachedFromHere() throws {
    let address = "\(try freePort())"
    try withServer(announcing: address) { server in
      assertTold("store out of reach", .connectionFailed, address: address) { try write(server) }
    }
  }

  func testAStoreBehindAFirewallThatSwallowsPackets() throws {
    let port = try SwallowingPort()
    defer { port.close() }
    let address = "\(port.endpoint)"
    try withServer(announcing: address) { server in
      assertTold("store swallows packets", .connectionFailed, address: address) {
        try write(server)
      }
    }
  }

  func testAStoreThatAcceptsAndSaysNothing() throws {
    let mock = try MockStore([[.expectEnd]], patience: .seconds(10))
    defer { mock.close() }
    try withServer(announcing: "\(mock.endpoint)") { server in
      assertTold("store is silent", .connectionFailed, address: "\(mock.endpoint)") {
        try write(server)
      }
    }
  }

  func testAServerThatSendsBackWhatItIsSent() throws {
    var hello = Hello()
    hello.lowVersion = 5
    hello.highVersion = 17
    let bytes = try hello.encoded()
    let echo = MockStore.Step.answer(SetupAppend.code) { payload in
      try payload.withUnsafeBytes { try SetupAppend(payload: $0) }.encoded()
    }
    try withMock([.answer(Hello.code) { _ in bytes }, echo, .expectEnd]) { mock, server in
      assertTold("echo as segment store", .invalidMessage, address: mock) { try write(server) }
    }
  }

  func testAWebServerInsteadOfASegmentStore() throws {
    let answer = Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8)
    try withMock([.send(answer), .close]) { mock, server in
      assertTold("web server as segment store", .invalidMessage, address: mock) {
        try write(server)
      }
    }
  }

  func testAReaderGroupWhoseStoreCannotBeReached() throws {
    let address = "\(try freePort())"
    try withServer(announcing: address) { server in
      let start = ContinuousClock.now
      let groups = try ReaderGroupManager.withScope(
        "demo", config: ClientConfig(controllerURI: try ControllerURI(server.controllerURI)))
      defer { groups.close() }
      let config = try ReaderGroupConfig.builder()
        .stream(PravegaStream(scope: "demo", stream: "s")).build()
      XCTAssertThrowsError(try groups.createReaderGroup("g", config: config)) {
        XCTAssertTrue("\($0)".contains("Nothing listens at \(address)"), "\($0)")
      }
      XCTAssertLessThan(ContinuousClock.now - start, .seconds(5))
    }
  }

  func testAStoreOfAnotherAge() throws {
    try withMock(MockStore.helloOfAnotherAge()) { mock, server in
      assertTold("wire versions", .unsupportedOperation, address: mock) { try write(server) }
    }
  }

  func testATokenThatTheStoreRefuses() throws {
    try withMock(try refusingTokens(errorCode: 0)) { mock, server in
      assertTold("bad token", .invalidToken, address: mock) { try write(server) }
    }
  }

  func testTokensThatExpireAtOnce() throws {
    try withMock(try refusingTokens(errorCode: 1)) { mock, server in
      assertTold("expired token", .tokenExpired, address: mock) { try write(server) }
    }
  }

  private func refusingTokens(errorCode: Int32) throws -> [MockStore.Step] {
    var hello = Hello()
    hello.lowVersion = 5
    hello.highVersion = 17
    let bytes = try hello.encoded()
    return [
      .answer(Hello.code) { _ in bytes },
      .answer(SetupAppend.code) { payload in
        let setup = try payload.withUnsafeBytes { try SetupAppend(payload: $0) }
        var refusal = AuthTokenCheckFailed()
        refusal.requestID = setup.requestID
        refusal.errorCode = errorCode
        return try refusal.encoded()
      }, .expectEnd,
    ]
  }

  private func withMock(
    _ script: [MockStore.Step], _ body: (_ address: String, StandaloneServer) throws -> Void
  ) throws {
    let mock = try MockStore(Array(repeating: script, count: 8), patience: .seconds(2))
    defer { mock.close() }
    try withServer(announcing: "\(mock.endpoint)") { server in
      try body("\(mock.endpoint)", server)
    }
  }
}
