// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

final class ConnectTests: LeakCheckedTestCase {
  private let local = Endpoint(host: "127.0.0.1", port: 0)

  func testEndpointReadsNamesAndLiterals() {
    XCTAssertEqual(Endpoint(parsing: "a.b:90"), Endpoint(host: "a.b", port: 90))
    XCTAssertEqual(Endpoint(parsing: "[::1]:90")?.host, "::1")
    XCTAssertEqual(Endpoint(parsing: "[::1]:90")?.description, "[::1]:90")
    XCTAssertEqual(Endpoint(parsing: "::1", defaultPort: 7)?.description, "[::1]:7")
    XCTAssertEqual(Endpoint(parsing: "host", defaultPort: 7)?.port, 7)
    for bad in ["", ":1", "host", "host:", "host:65536", "host:-1", "[::1", "[::1]x", "[]:1"] {
      XCTAssertNil(Endpoint(parsing: bad), bad)
    }
  }

  func testRefusedConnectionNamesCallNumberAndAddress() throws {
    let listener = try Listener(local)
    let endpoint = listener.endpoint
    listener.close()
    let error = netError {
      try connectTCP(to: endpoint, deadline: .after(.seconds(5))).close()
    }
    XCTAssertEqual(error?.kind, .refused)
    XCTAssertEqual(error?.description, "connect: ECONNREFUSED (111) \(endpoint)")
  }

  func testUnknownHostIsToldApart() {
    let error = netError {
      try connectTCP(
        to: Endpoint(host: "no-such-host.invalid", port: 1), deadline: .after(.seconds(20))
      ).close()
    }
    // A machine without any name server says that it does not know; one with a dead one is late.
    XCTAssertTrue(
      error?.kind == .unknownHost || error?.kind == .timedOut, "\(String(describing: error))")
    XCTAssertEqual(error?.call, "getaddrinfo")
  }

  func testDeadlineHoldsWhereNobodyAnswers() throws {
    let port = try SwallowingPort()
    defer { port.close() }
    let start = Deadline.now
    let error = netError {
      try connectTCP(to: port.endpoint, deadline: .after(.milliseconds(300))).close()
    }
    XCTAssertEqual(error?.kind, .timedOut)
    let elapsed = Deadline.now.nanoseconds - start.nanoseconds
    XCTAssertGreaterThan(elapsed, 250_000_000)
    XCTAssertLessThan(elapsed, 3_000_000_000)
  }

  func testLocalhostReachesAnIPv4Listener() throws {
    let listener = try Listener(local)
    defer { listener.close() }
    let client = try connectTCP(
      to: Endpoint(host: "localhost", port: listener.endpoint.port), deadline: .after(.seconds(5)))
    client.close()
  }

  func testListenerAtLocalhostIsFoundAtItsIPv4Address() throws {
    let listener = try Listener(Endpoint(host: "localhost", port: 0))
    defer { listener.close() }
    let client = try connectTCP(
      to: Endpoint(host: "127.0.0.1", port: listener.endpoint.port), deadline: .after(.seconds(5)))
    client.close()
  }

  func testSecondListenerOnOnePortSaysAddressInUse() throws {
    let listener = try Listener(local)
    defer { listener.close() }
    let error = netError { try Listener(listener.endpoint).close() }
    XCTAssertEqual(error?.kind, .addressInUse)
  }

  func testPortIsFreeAfterClose() throws {
    let listener = try Listener(local)
    let endpoint = listener.endpoint
    let client = try connectTCP(to: endpoint, deadline: .after(.seconds(5)))
    let server = try listener.accept(until: .after(.seconds(5)))
    listener.close()
    let again = try Listener(endpoint)
    again.close()
    server.close()
    client.close()
  }

  func testAKeptPortRefusesAndIsGivenToNoOtherConnection() throws {
    let listener = try Listener(local)
    let endpoint = listener.endpoint
    let waiting = try connectTCP(to: endpoint, deadline: .after(.seconds(5)))
    defer { waiting.close() }
    let port = KeptPort()
    port.take(from: listener)
    port.take(from: listener)
    XCTAssertEqual(
      netError { try connectTCP(to: endpoint, deadline: .after(.seconds(5))).close() }?.kind,
      .refused)
    XCTAssertFalse(isFreePort(endpoint.port))
    let next = try Listener(endpoint)
    port.release()
    port.release()
    let client = try connectTCP(to: endpoint, deadline: .after(.seconds(5)))
    try next.accept(until: .after(.seconds(5))).close()
    client.close()
    port.take(from: next)
    port.release()
    try Listener(endpoint).close()
  }

  func testAcceptEndsAtItsDeadline() throws {
    let listener = try Listener(local)
    defer { listener.close() }
    XCTAssertEqual(
      netError { try listener.accept(until: .after(.milliseconds(20))).close() }?.kind, .timedOut)
  }

  func testCloseWakesAcceptAndMayBeRepeated() throws {
    let listener = try Listener(local)
    let accepted = onThread { try listener.accept(until: .after(.seconds(20))).close() }
    listener.close()
    listener.close()
    XCTAssertThrowsError(try accepted.get(until: .after(.seconds(5)))) { error in
      XCTAssertEqual((error as? NetError)?.kind, .closed)
    }
  }

  func testAcceptSurvivesAShortageOfDescriptors() throws {
    let listener = try Listener(local)
    defer { listener.close() }
    let client = try connectTCP(to: listener.endpoint, deadline: .after(.seconds(5)))
    defer { client.close() }
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let old = limit
    limit.rlim_cur = rlim_t(dup(0))
    Glibc.close(CInt(limit.rlim_cur))
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    let error = netError { try listener.accept(until: .after(.milliseconds(20))).close() }
    let refused = netError {
      try connectTCP(to: listener.endpoint, deadline: .after(.seconds(1))).close()
    }
    var restored = old
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &restored)
    XCTAssertEqual(error?.kind, .tooManyFiles)
    XCTAssertEqual(refused?.kind, .tooManyFiles)
    XCTAssertTrue(refused?.description.contains("file limit reached") ?? false)
    try listener.accept(until: .after(.seconds(5))).close()
  }

  func testClosedTransportRefusesBothDirections() throws {
    let (a, b) = try PipeTransport.makePair()
    a.close()
    a.close()
    a.shutdown()
    var byte: UInt8 = 0
    XCTAssertEqual(
      netError { try withUnsafeMutableBytes(of: &byte) { _ = try a.receive(into: $0) } }?.kind,
      .closed)
    b.close()
  }

  func testHalfCloseIsReadAsAnEndAfterTheBytes() throws {
    let (client, server) = try loopbackPair()
    defer {
      client.close()
      server.close()
    }
    var bytes: [UInt8] = [1, 2, 3]
    try bytes.withUnsafeMutableBytes { raw in
      let buffer = iovec(iov_base: raw.baseAddress, iov_len: raw.count)
      try withUnsafePointer(to: buffer) {
        let result = try client.send(UnsafeBufferPointer(start: $0, count: 1))
        XCTAssertEqual(result, .bytes(3))
      }
    }
    client.shutdownSending()
    var seen: [TransportRead] = []
    while seen.last != .end, seen.count < 1_000 {
      var entry = pollfd(fd: server.descriptor, events: Int16(POLLIN), revents: 0)
      poll(&entry, 1, 5_000)
      seen.append(try bytes.withUnsafeMutableBytes { try server.receive(into: $0) })
    }
    XCTAssertEqual(seen, [.bytes(3), .end])
  }
}
