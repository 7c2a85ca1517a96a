// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Closing while a reader's calls block.
final class CloseReaderTests: LeakCheckedTestCase {
  private func reading(_ reader: EventStreamReader<[UInt8]>) -> Call<Int> {
    Call {
      while true { _ = try reader.readNextEvent(timeout: .seconds(60)) }
    }
  }

  func testTheFactorysCloseWakesAReadAtOnce() throws {
    for fault in [nil, "ReadSegment", "SetupAppend"] {
      let bench = try Bench()
      try bench.makeGroup()
      let reader = try bench.makeReader()
      if let fault { bench.faults.add(FaultRule(fault, first: 1, repeats: true, .hang)) }
      let call = reading(reader)
      awaitState("a read") {
        bench.client.core.readBudget.used > 0 || bench.faults.injectedCount > 0
      }
      bench.factory.close()
      call.assertFails(.objectClosed, within: .milliseconds(500))
      XCTAssertEqual(bench.client.core.readBudget.used, 0)
      XCTAssertThrowsError(try reader.readNextEvent(timeout: .zero))
      XCTAssertNoThrow(try reader.close())
      bench.close()
    }
  }

  func testAReadersCloseWakesItsRead() throws {
    let bench = try Bench()
    try bench.makeGroup()
    let reader = try bench.makeReader()
    bench.faults.add(FaultRule("ReadSegment", first: 1, repeats: true, .drop))
    let call = reading(reader)
    awaitState("a read") { bench.client.core.readBudget.used > 0 }
    try reader.close()
    call.assertFails(.objectClosed)
    XCTAssertEqual(bench.client.core.readBudget.used, 0)
    XCTAssertNoThrow(try reader.close())
    bench.close()
  }

  func testTheFactorysCloseWakesTheMakingOfAReader() throws {
    for fault in ["SetupAppend", "ReadSegment", "GetSegmentAttribute", "getCurrentSegments"] {
      let bench = try Bench()
      try bench.makeGroup()
      bench.faults.add(FaultRule(fault, first: 1, repeats: true, .hang))
      let call = Call { [factory = bench.factory] in
        _ = try factory.createReader(
          readerId: "r", readerGroup: "group", serializer: ByteArraySerializer())
      }
      awaitState("the request") { bench.faults.injectedCount > 0 || call.isDone }
      XCTAssertFalse(call.isDone, fault)
      bench.factory.close()
      call.assertFails(.objectClosed)
      bench.close()
    }
  }

  func testCloseOfReadersAndFactoryAtOnce() throws {
    for _ in 0..<5 {
      let bench = try Bench(segments: 4)
      try bench.makeGroup()
      let readers = try (0..<2).map { try bench.makeReader("reader-\($0)") }
      let calls = readers.map(reading)
      let closes =
        readers.map { reader in Call { try? reader.close() } }
        + [Call { [factory = bench.factory] in factory.close() }]
        + readers.map { reader in Call { try? reader.close() } }
      for close in closes { try close.value() }
      for call in calls { call.assertFails(.objectClosed) }
      XCTAssertEqual(bench.client.core.readBudget.used, 0)
      bench.close()
    }
  }
}
