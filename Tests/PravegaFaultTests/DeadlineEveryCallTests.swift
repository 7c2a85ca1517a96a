// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Every call that the request time-out limits, while the server does not answer: it ends by then,
/// with an error that says so.
final class DeadlineEveryCallTests: LeakCheckedTestCase {
  private static let limit = Duration.milliseconds(300)

  private func check<Owner>(
    _ call: BlockingCall<Owner>, on bench: Bench, with object: Owner,
    file: StaticString = #filePath, line: UInt = #line
  ) {
    let before = bench.faults.injectedCount
    bench.faults.add(FaultRule(call.request, first: 1, repeats: true, .hang))
    let blocked = Call { try call.run(object) }
    // Much longer than the limit, much shorter than any other.
    blocked.assertFails(.timeout, within: .seconds(3), file: file, line: line)
    XCTAssertGreaterThan(
      bench.faults.injectedCount, before, "\(call.request) was not sent", file: file, line: line)
  }

  private func config(_ bench: Bench) -> ClientConfig {
    var config = bench.client.config
    config.requestTimeout = Self.limit
    return config
  }

  func testEveryCallOfAStreamManager() throws {
    for call in try BlockingCall<StreamManager>.all() {
      let bench = try Bench()
      let manager = try StreamManager.create(clientConfig: config(bench))
      check(call, on: bench, with: manager)
      manager.close()
      bench.close()
    }
  }

  func testEveryCallOfAReaderGroupManager() throws {
    for call in try BlockingCall<ReaderGroupManager>.all() {
      let bench = try Bench()
      try bench.makeGroup()
      let manager = try ReaderGroupManager.withScope(Bench.scope, config: config(bench))
      check(call, on: bench, with: manager)
      manager.close()
      bench.close()
    }
  }

  func testEveryCallOfAReaderGroup() throws {
    for call in try BlockingCall<ReaderGroup>.all() {
      let bench = try Bench()
      try bench.makeGroup()
      let reader = try bench.makeReader()
      let manager = try ReaderGroupManager.withScope(Bench.scope, config: config(bench))
      let group = try manager.readerGroup("group")
      check(call, on: bench, with: group)
      group.close()
      manager.close()
      bench.factory.close()
      try reader.close()
      bench.close()
    }
  }

  func testEveryCallOfAFactory() throws {
    for call in try BlockingCall<EventStreamClientFactory>.all() {
      let bench = try Bench()
      try bench.makeGroup()
      let factory = try EventStreamClientFactory.withScope(Bench.scope, config: config(bench))
      check(call, on: bench, with: factory)
      factory.close()
      bench.close()
    }
  }
}
