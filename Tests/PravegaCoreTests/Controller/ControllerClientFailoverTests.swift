// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaProtobuf
import PravegaTestKit
import PravegaThreads
import XCTest

final class ControllerClientFailoverTests: LeakCheckedTestCase {
  func testCallsGoToTheControllersInTurn() throws {
    let controllers = ScriptedControllers { (_) throws(CallFailure) in [] }
    let client = controllers.client("tcp://a:1,b:2,c:3")
    for _ in 0..<6 { _ = try client.createScope("s", until: controllers.deadline()) }
    let counts = Dictionary(grouping: controllers.calls, by: \.endpoint).mapValues(\.count)
    XCTAssertEqual(counts, ["a:1": 2, "b:2": 2, "c:3": 2])
  }

  func testADeadControllerIsLeftAloneForAWhile() throws {
    let controllers = ScriptedControllers { (call) throws(CallFailure) in
      guard call.endpoint != "b:2" else { throw CallFailure(.refused) }
      return []
    }
    let client = controllers.client("tcp://a:1,b:2")
    for _ in 0..<20 { XCTAssertTrue(try client.createScope("s", until: controllers.deadline())) }
    XCTAssertEqual(controllers.calls.filter { $0.endpoint == "b:2" }.count, 1)
    controllers.pass(.seconds(1))
    for _ in 0..<4 { XCTAssertTrue(try client.createScope("s", until: controllers.deadline())) }
    XCTAssertEqual(controllers.calls.filter { $0.endpoint == "b:2" }.count, 2)
    XCTAssertLessThan(controllers.elapsed, .seconds(2))
  }

  private static func list(_ nodes: (String, Int32)...) -> [UInt8] {
    Proto.ServerResponse(nodeURI: nodes.map { Proto.NodeUri(endpoint: $0.0, port: $0.1) })
      .serialized()
  }

  func testControllersAreDiscoveredAndAskedForAgain() throws {
    let controllers = ScriptedControllers { (call) throws(CallFailure) in
      guard call.method == "getControllerServerList" else { return [] }
      return call.number == 1 ? Self.list(("x", 10), ("y", 11)) : Self.list(("z", 12))
    }
    let client = controllers.client("pravega://a:1")
    for _ in 0..<4 { _ = try client.createScope("s", until: controllers.deadline()) }
    XCTAssertEqual(
      Set(controllers.calls.filter { $0.method == "createScope" }.map(\.endpoint)),
      ["x:10", "y:11"])
    controllers.pass(.seconds(121))
    _ = try client.createScope("s", until: controllers.deadline())
    XCTAssertEqual(controllers.calls.last?.endpoint, "z:12")
    XCTAssertEqual(Set(controllers.state.withLock { $0.closed }), ["x:10", "y:11"])
  }

  func testWithoutAListTheAddressesOfTheUserAreUsed() throws {
    let controllers = ScriptedControllers { (call) throws(CallFailure) in
      guard call.method != "getControllerServerList" else {
        throw CallFailure(.status(2, "Controller cluster not initialized"), mayHaveRun: true)
      }
      return []
    }
    let client = controllers.client("pravega://a:1")
    for _ in 0..<5 { XCTAssertTrue(try client.createScope("s", until: controllers.deadline())) }
    XCTAssertEqual(Set(controllers.calls.map(\.endpoint)), ["a:1"])
    // Not asked for at every call.
    let asked = controllers.calls.filter { $0.method == "getControllerServerList" }.count
    XCTAssertLessThanOrEqual(asked, 6)
  }

  func testImpossibleAddressesInAListAreLeftOut() throws {
    let controllers = ScriptedControllers { (call) throws(CallFailure) in
      guard call.method == "getControllerServerList" else { return [] }
      return Self.list(("", 1), ("x", 0), ("y", -1), ("z", 70_000))
    }
    let client = controllers.client("pravega://a:1")
    XCTAssertTrue(try client.createScope("s", until: controllers.deadline()))
    XCTAssertEqual(controllers.calls.last?.endpoint, "a:1")
  }

  func testDeadDiscoveredControllersBringBackTheAddressesOfTheUser() throws {
    let controllers = ScriptedControllers { (call) throws(CallFailure) in
      if call.method == "getControllerServerList" { return Self.list(("x", 10)) }
      guard call.endpoint != "x:10" else { throw CallFailure(.refused) }
      return []
    }
    let client = controllers.client("pravega://a:1")
    XCTAssertTrue(try client.createScope("s", until: controllers.deadline()))
    XCTAssertEqual(controllers.calls.map(\.endpoint), ["a:1", "x:10", "a:1"])
  }

  func testCredentialsAndTracingHeadersGoWithEveryCall() throws {
    let controllers = ScriptedControllers { (_) throws(CallFailure) in [] }
    let client = controllers.client(
      credentials: DefaultCredentials(userName: "admin", password: "1111_aaaa"))
    _ = try client.createScope("myScope", until: controllers.deadline())
    _ = try client.checkScopeExists("ü", until: controllers.deadline())
    let metadata = controllers.calls.map(\.metadata)
    XCTAssertEqual(metadata[0]["authorization"], "Basic YWRtaW46MTExMV9hYWFh")
    XCTAssertEqual(metadata[0]["requestdescriptor"], "createScope-myScope")
    XCTAssertNotNil(metadata[0]["requestid"].flatMap(Int64.init))
    XCTAssertEqual(metadata[1]["requestdescriptor"], "checkScopeExists")
  }
}
