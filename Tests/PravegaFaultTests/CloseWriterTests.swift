// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Pravega
import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Closing while a writer's calls block.
final class CloseWriterTests: LeakCheckedTestCase {
  private func bench() throws -> Bench {
    try Bench(client: { $0.writeBufferSize = 256 << 10 })
  }

  /// A call that writes until it fails.
  private func filling(_ writer: EventWriterCore, byteCount: Int) -> Call<Void> {
    Call { while true { try writer.write(byteCount) } }
  }

  private func waitUntilFull(_ bench: Bench) {
    let buffers = bench.client.core.buffers
    awaitState("the budget to be used up") { buffers.waiterCount > 0 }
  }

  func testTheFactorysCloseWakesAWriteThatWaitsForTheBudget() throws {
    for byteCount in [1000, 100_000] {
      let bench = try bench()
      bench.faults.add(FaultRule("AppendBlockEnd", first: 1, repeats: true, .drop))
      let writer = try bench.makeWriter()
      let call = filling(writer, byteCount: byteCount)
      waitUntilFull(bench)
      bench.factory.close()
      call.assertFails(.objectClosed)
      XCTAssertEqual(bench.client.core.buffers.bytesInUse, 0)
      bench.close()
    }
  }

  func testTheFactorysCloseFailsWhatIsNotAcknowledged() throws {
    for request in ["AppendBlockEnd", "SetupAppend"] {
      let bench = try bench()
      bench.faults.add(FaultRule(request, first: 1, repeats: true, .hang))
      let writer = try bench.makeWriter()
      let future = try writer.write(10)
      let called = Monitor(0)
      future.whenComplete { _ in
        called.withLock { $0 += 1 }
        called.signalAll()
      }
      awaitState("the request to be lost") { bench.faults.injectedCount > 0 }
      let get = Call { try future.get() }
      let flush = Call { try writer.flush(until: .distantFuture) }
      bench.factory.close()
      get.assertFails(.objectClosed)
      flush.assertFails(.objectClosed)
      XCTAssertNotNil(called.wait(until: .after(.seconds(5))) { $0 == 1 ? true : nil })
      XCTAssertThrowsError(try writer.write(1))
      bench.close()
    }
  }

  func testAWritersCloseEndsInTimeAndWakesItsBlockedWrites() throws {
    let bench = try bench()
    bench.faults.add(FaultRule("AppendBlockEnd", first: 1, repeats: true, .hang))
    let writer = try bench.makeWriter()
    let call = filling(writer, byteCount: 1000)
    waitUntilFull(bench)
    let close = Call { try writer.close(until: .after(.seconds(1))) }
    // At once, not only after the flush.
    call.assertFails(.objectClosed, within: .milliseconds(900))
    close.assertFails(.timeout)
    awaitState("the budget to be free") { bench.client.core.buffers.bytesInUse == 0 }
    XCTAssertNoThrow(try writer.close(until: .after(.seconds(1))))
    bench.close()
  }

  func testAWritersCloseWakesAWriteThatWaitsForAnothersMemory() throws {
    let bench = try bench()
    bench.faults.add(FaultRule("AppendBlockEnd", first: 1, repeats: true, .hang))
    let hog = try bench.makeWriter()
    let hogging = filling(hog, byteCount: 100_000)
    waitUntilFull(bench)
    let writer = try bench.makeWriter()
    let call = filling(writer, byteCount: 100_000)
    awaitState("both to wait") { bench.client.core.buffers.waiterCount > 1 }
    _ = try? writer.close(until: .after(.milliseconds(100)))
    call.assertFails(.objectClosed)
    XCTAssertFalse(hogging.isDone)
    bench.close()
    hogging.assertFails(.objectClosed)
  }

  func testCloseFromACallback() throws {
    let bench = try bench()
    let writer = try bench.makeWriter()
    let closed = DispatchSemaphore(value: 0)
    try writer.write(10).whenComplete { [factory = bench.factory] _ in
      try? writer.close(until: .after(.seconds(5)))
      factory.close()
      closed.signal()
    }
    XCTAssertEqual(closed.wait(timeout: .now() + 10), .success)
    bench.close()
  }

  func testWriterFactoryAndServerCloseAtOnce() throws {
    for round in 0..<10 {
      let bench = try bench()
      if round % 2 == 1 {
        bench.faults.add(FaultRule("AppendBlockEnd", first: 2, repeats: true, .hang))
      }
      let writer = try bench.makeWriter()
      let call = filling(writer, byteCount: 1000)
      awaitState("events") { bench.client.core.buffers.bytesInUse > 0 || call.isDone }
      let closes: [Call<Void>] = [
        Call { try? writer.close(until: .after(.seconds(2))) },
        Call { [factory = bench.factory] in factory.close() },
        Call { [server = bench.server] in server.close() },
        Call { [factory = bench.factory] in factory.close() },
      ]
      for close in closes { try close.value() }
      call.assertFails(.objectClosed)
      XCTAssertEqual(bench.client.core.buffers.bytesInUse, 0)
      bench.close()
    }
  }
}
