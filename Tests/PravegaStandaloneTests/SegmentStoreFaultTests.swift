// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaStandalone

/// Each fault does to a client what its name says, and nothing to the store.
final class SegmentStoreFaultTests: LeakCheckedTestCase {
  private let core = SegmentStore()
  private let event: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1, 0x78]

  override func setUpWithError() throws {
    try super.setUpWithError()
    try core.create("s")
  }

  private func client(_ plan: FaultPlan) throws -> StoreTestClient {
    let server = SegmentStoreServer(core: core, faults: plan)
    let port = try server.start().port
    addTeardownBlock { server.stop() }
    let client = try StoreTestClient(port: port)
    try client.setup("s")
    _ = try client.receive(AppendSetup.self)
    return client
  }

  private var length: Int64 { get throws { try core.info("s").length } }

  func testCutEndsTheConnectionBeforeTheAppendIsStored() throws {
    let plan = try FaultPlan("AppendBlockEnd@2:cut")
    let client = try client(plan)
    try client.send(StoreTestClient.append(event, number: 1))
    _ = try client.receive(DataAppended.self)
    try client.send(StoreTestClient.append(event, number: 2))
    XCTAssertEqual(try client.receiveToEnd(), [])
    XCTAssertEqual(try length, 9)
    XCTAssertEqual(plan.injectedCount, 1)
  }

  func testCutInTheReplySendsSoManyBytesOfIt() throws {
    for count in [0, 1, 8, 55, 56, 100] {
      for name in core.segmentNames() { try core.delete(name) }
      try core.create("s")
      let client = try client(try FaultPlan("AppendBlockEnd@1:cut=\(count)"))
      try client.send(StoreTestClient.append(event, number: 1))
      XCTAssertEqual(try client.receiveToEnd().count, min(count, 56))
      XCTAssertEqual(try length, 9)
    }
  }

  func testDropLosesTheReplyOnly() throws {
    let client = try client(try FaultPlan("AppendBlockEnd@1:drop"))
    try client.send(StoreTestClient.append(event, number: 1))
    try client.send(StoreTestClient.append(event, number: 2))
    XCTAssertEqual(try client.receive(DataAppended.self).eventNumber, 2)
    XCTAssertEqual(try length, 18)
  }

  func testNoAppendIsStoredAfterOneThatWasRefused() throws {
    let client = try client(try FaultPlan("AppendBlockEnd@1:expired"))
    try client.send(StoreTestClient.append(event, number: 1))
    try client.send(StoreTestClient.append(event, number: 2))
    XCTAssertGreaterThan(try client.receiveToEnd().count, 0)
    XCTAssertEqual(try length, 0)
  }

  func testADuplicateComesTwice() throws {
    let client = try client(try FaultPlan("AppendBlockEnd@1:dup"))
    try client.send(StoreTestClient.append(event, number: 1))
    XCTAssertEqual(try client.receive(DataAppended.self).eventNumber, 1)
    XCTAssertEqual(try client.receive(DataAppended.self).eventNumber, 1)
    XCTAssertEqual(try length, 9)
  }

  func testADelayHoldsWhatFollowsToo() throws {
    let client = try client(try FaultPlan("AppendBlockEnd@1:delay=300"))
    let start = ContinuousClock.now
    try client.send(StoreTestClient.append(event, number: 1))
    try client.send(StoreTestClient.append(event, number: 2))
    XCTAssertEqual(try client.receive(DataAppended.self).eventNumber, 1)
    XCTAssertGreaterThanOrEqual(ContinuousClock.now - start, .milliseconds(300))
    XCTAssertEqual(try client.receive(DataAppended.self).eventNumber, 2)
  }

  func testHangKeepsTheConnectionAndSaysNothing() throws {
    let client = try client(try FaultPlan("AppendBlockEnd@1:hang"))
    try client.send(StoreTestClient.append(event, number: 1))
    try client.send(KeepAlive())
    client.setTimeout(milliseconds: 200)
    XCTAssertThrowsError(try client.receive()) {
      XCTAssertTrue($0 is StoreTestClient.TimedOut, "\($0)")
    }
    XCTAssertEqual(try length, 0)
  }

  func testWrongHostNeedsANewSetUp() throws {
    let client = try client(try FaultPlan("AppendBlockEnd@1:wronghost"))
    try client.send(StoreTestClient.append(event, number: 1))
    let reply = try client.receive(WrongHost.self)
    XCTAssertEqual(reply.segment, "s")
    XCTAssertEqual(reply.requestID, 7)
    try client.setup("s")
    XCTAssertEqual(try client.receive(AppendSetup.self).lastEventNumber, .min)
    try client.send(StoreTestClient.append(event, number: 1))
    _ = try client.receive(DataAppended.self)
  }

  func testSealComesBeforeTheAppend() throws {
    let client = try client(try FaultPlan("AppendBlockEnd@2:seal"))
    try client.send(StoreTestClient.append(event, number: 1))
    _ = try client.receive(DataAppended.self)
    try client.send(StoreTestClient.append(event, number: 2))
    XCTAssertEqual(try client.receive(SegmentIsSealed.self).offset, 2)
    XCTAssertTrue(try core.info("s").isSealed)
  }

  func testAReadParkedUnderAFaultMeetsItWhenItIsAnswered() throws {
    let client = try client(try FaultPlan("ReadSegment@1:cut=5"))
    try client.send(StoreTestClient.read("s", at: 0))
    try client.send(KeepAlive())
    _ = try client.receive(KeepAlive.self)
    try core.append(event, to: "s")
    XCTAssertEqual(try client.receiveToEnd().count, 5)
  }

  func testAnswersTokensAndHooks() throws {
    let plan = FaultPlan()
    let seen = Monitor<[String]>([])
    plan.add(
      FaultRule(
        "readSegment", first: 1,
        .perform { occasion in
          seen.withLock { $0.append("\(occasion.name) \(occasion.segment ?? "")") }
        }, .answer(try KeepAlive().encoded())))
    plan.add(FaultRule("ReadSegment", first: 2, .expiredToken))
    let client = try client(plan)
    try client.send(StoreTestClient.read("s", at: 0))
    _ = try client.receive(KeepAlive.self)
    try client.send(StoreTestClient.read("s", at: 0))
    let failure = try client.receive(AuthTokenCheckFailed.self)
    XCTAssertEqual(failure.errorCode, 1)
    XCTAssertEqual(failure.requestID, 9)
    XCTAssertEqual(seen.withLock { $0 }, ["ReadSegment s"])
  }

  func testRandomFaultsLoseNothingThatWasAcknowledged() throws {
    let plan = FaultPlan.random(seed: 42, rate: 0.1)
    let server = SegmentStoreServer(core: core, faults: plan)
    let port = try server.start().port
    defer { server.stop() }
    var stored: Int64 = 0
    while stored < 300 {
      do {
        let client = try StoreTestClient(port: port)
        try client.setup("s")
        stored = max(0, try client.receive(AppendSetup.self).lastEventNumber)
        while stored < 300 {
          try client.send(StoreTestClient.append(event, number: stored + 1))
          let number = try client.receive(DataAppended.self).eventNumber
          XCTAssertEqual(number, stored + 1)
          stored += 1
        }
      } catch is StoreTestClient.Closed {}
    }
    XCTAssertEqual(try length, 2700)
    XCTAssertGreaterThan(plan.injectedCount, 10)
  }
}
