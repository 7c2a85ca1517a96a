// SPDX-License-Identifier: Apache-2.0

import PravegaGRPC
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

/// Starts servers and channels and sees to it that each test leaves no thread behind.
class GRPCTestCase: LeakCheckedTestCase {
  static let echoPath = "/test.Echo/echo"
  private var servers: [GRPCServer] = []
  private var channels: [GRPCChannel] = []
  private var threadsBefore = 0

  override func setUp() {
    continueAfterFailure = false
    threadsBefore = Worker.liveCount
  }

  override func tearDown() {
    for channel in channels { channel.close() }
    for server in servers { XCTAssertTrue(server.stop(), "a thread of the server is left") }
    channels = []
    servers = []
    XCTAssertTrue(eventually { Worker.liveCount <= self.threadsBefore }, "threads are left")
  }

  /// Answers each request with its own bytes.
  static let echo: GRPCHandler = { $0.message }

  func startServer(
    _ handlers: [String: GRPCHandler] = [echoPath: echo],
    _ adjust: (inout GRPCServerConfiguration) -> Void = { _ in }
  ) throws -> (GRPCServer, Endpoint) {
    var configuration = GRPCServerConfiguration(handlers: handlers)
    adjust(&configuration)
    let server = GRPCServer(configuration)
    let endpoint = try server.start(Endpoint(host: "127.0.0.1", port: 0))
    servers.append(server)
    return (server, endpoint)
  }

  func makeChannel(
    _ endpoint: Endpoint, _ adjust: (inout GRPCChannelConfiguration) -> Void = { _ in }
  ) -> GRPCChannel {
    var configuration = GRPCChannelConfiguration(endpoint: endpoint)
    adjust(&configuration)
    let channel = GRPCChannel(configuration)
    channels.append(channel)
    return channel
  }

  func keep(_ channel: GRPCChannel) { channels.append(channel) }

  /// Looks again until the condition holds, at most five seconds.
  func eventually(_ condition: () -> Bool) -> Bool {
    let end = Deadline.after(.seconds(5))
    while !end.hasPassed {
      if condition() { return true }
      pause(.milliseconds(2))
    }
    return condition()
  }
}

/// The error that a call ends with.
func failure(
  _ channel: GRPCChannel, _ path: String = GRPCTestCase.echoPath, _ request: [UInt8] = [],
  within limit: Duration = .seconds(5), file: StaticString = #filePath, line: UInt = #line
) -> GRPCError? {
  do {
    _ = try channel.call(path, request: request, deadline: .after(limit))
    XCTFail("the call succeeded", file: file, line: line)
    return nil
  } catch {
    return error
  }
}

/// Lets a handler take its time.
func pause(_ duration: Duration) {
  _ = Monitor(()).wait(until: .after(duration)) { _ in nil as Bool? }
}

/// A handler that takes ten seconds unless its caller gives up.
func waitUntilCancelled(_ call: GRPCServerCall) {
  let end = Deadline.after(.seconds(10))
  while !call.isCancelled, !end.hasPassed { pause(.milliseconds(1)) }
}
