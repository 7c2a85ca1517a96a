// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pravega
import PravegaGRPC
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Mistakes in the controller's address, and servers that are not what they should be.
final class MistakeAddressTests: MistakeTestCase {
  func testNothingListens() throws {
    let port = try freePort()
    assertTold("nothing listens", .connectionFailed, address: "\(port)") {
      try askController("tcp://\(port)")
    }
  }

  func testAWrongPortBesideARunningController() throws {
    try withServer { server in
      let port = try freePort()
      assertTold("nothing listens", .connectionFailed, address: "\(port)") {
        try askController("tcp://\(port)")
      }
    }
  }

  func testAnUnknownHost() {
    assertTold("unknown host", .connectionFailed, address: "no.such.host.invalid:9090") {
      try askController("tcp://no.such.host.invalid:9090")
    }
  }

  func testASegmentStoreInsteadOfAController() throws {
    try withServer { server in
      assertTold(
        "segment store as controller", .connectionFailed, address: server.storeEndpoint
      ) {
        try askController("tcp://\(server.storeEndpoint)")
      }
    }
  }

  func testAWebServer() throws {
    let answer = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    let server = try MockStore(Array(repeating: [.send(Array(answer.utf8)), .close], count: 8))
    defer { server.close() }
    assertTold("web server", .invalidMessage, address: "\(server.endpoint)") {
      try askController("tcp://\(server.endpoint)")
    }
  }

  func testAControllerBehindAFirewallThatSwallowsPackets() throws {
    let port = try SwallowingPort()
    defer { port.close() }
    assertTold("controller swallows packets", .connectionFailed, address: "\(port.endpoint)") {
      try askController("tcp://\(port.endpoint)")
    }
  }

  func testAControllerThatAcceptsAndSaysNothing() throws {
    let server = try MockStore([[.expectEnd]], patience: .seconds(10))
    defer { server.close() }
    assertTold("controller is silent", .connectionFailed, address: "\(server.endpoint)") {
      try askController("tcp://\(server.endpoint)")
    }
  }

  func testTheSecondOfTwoControllersIsReachedPastOneThatSwallowsPackets() throws {
    let port = try SwallowingPort()
    defer { port.close() }
    try withServer { server in
      let start = ContinuousClock.now
      try askController("tcp://\(port.endpoint),\(address(server.controllerURI))")
      XCTAssertLessThan(ContinuousClock.now - start, .seconds(4))
    }
  }

  func testTheLimitOfOpenFiles() throws {
    try withServer { server in
      var before = rlimit()
      XCTAssertEqual(getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before), 0)
      let used =
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        .compactMap { Int($0) }.max() ?? 0
      // All numbers below the limit are taken.
      var fillers: [CInt] = []
      repeat {
        fillers.append(dup(0))
      } while fillers.last.map { (0..<used).contains(Int($0)) } ?? false
      var lowered = before
      lowered.rlim_cur = rlim_t(used + 1)
      XCTAssertEqual(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &lowered), 0)
      defer {
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &before)
        for filler in fillers { close(filler) }
      }
      assertTold("file limit", .resourceExhausted) { try askController(server.controllerURI) }
    }
  }

  func testAServerWithoutTheCalls() throws {
    let server = GRPCServer(GRPCServerConfiguration(handlers: [:]))
    let endpoint = try server.start(Endpoint(host: "127.0.0.1", port: 0))
    defer { server.stop() }
    let method = "io.pravega.controller.stream.api.grpc.v1.ControllerService/createScope"
    assertTold("unimplemented", .unsupportedOperation, address: method) {
      try askController("tcp://\(endpoint)")
    }
  }

  func testCredentialsThatTheControllerRefuses() throws {
    let path = "/io.pravega.controller.stream.api.grpc.v1.ControllerService/createScope"
    let server = GRPCServer(
      GRPCServerConfiguration(handlers: [
        path: { _ in throw GRPCStatus(.unauthenticated, "Authentication failed") }
      ]))
    let endpoint = try server.start(Endpoint(host: "127.0.0.1", port: 0))
    defer { server.stop() }
    assertTold("bad credentials", .authentication) {
      try askController("tcp://\(endpoint)") {
        $0.credentials = DefaultCredentials(userName: "ann", password: "open sesame")
      }
    }
  }

  func testAControllerThatDoesNotAnswerInTime() throws {
    var configuration = StandaloneServer.Configuration()
    configuration.faults = try FaultPlan("createScope@1+:hang")
    try withServer(configuration) { server in
      assertTold("time-out", .timeout, address: address(server.controllerURI)) {
        try askController(server.controllerURI) { $0.requestTimeout = .seconds(1) }
      }
    }
  }

  func testAPortInUse() throws {
    try withServer { server in
      var configuration = StandaloneServer.Configuration()
      let endpoint = try XCTUnwrap(Endpoint(parsing: address(server.controllerURI)))
      configuration.controllerPort = endpoint.port
      assertTold("port in use", .connectionFailed, address: "\(endpoint)") {
        try StandaloneServer.start(configuration).close()
      }
    }
  }
}
