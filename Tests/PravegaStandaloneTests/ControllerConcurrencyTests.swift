// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Many callers at once, over the real segment store.
final class ControllerConcurrencyTests: LeakCheckedTestCase {
  private let clock = Monitor<Int64>(1_000_000)
  private let store = SegmentStore()
  private lazy var controller = ControllerCore(storage: store) { [clock] in
    clock.withLock { $0 }
  }

  private func runAll(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    let workers = (0..<count).map { index in Worker.start(name: "test-\(index)") { body(index) } }
    for worker in workers { XCTAssertTrue(worker.join(until: .after(.seconds(60)))) }
  }

  func testScalesAndTransactionsOfOneStreamKeepTheKeySpaceWhole() throws {
    let key = StreamKey("s", "t")
    let controller = controller
    let committed = Monitor(0)
    _ = try controller.createScope("s")
    _ = try controller.createStream(key, .fixed(2))
    runAll(6) { index in
      for _ in 0..<25 {
        if index < 2 {
          Self.splitOrMerge(controller, key)
        } else if let id = try? controller.createTransaction(key, lease: 10_000).id {
          let isCommit = index.isMultiple(of: 2)
          let status =
            isCommit
            ? try? controller.commitTransaction(key, id, writer: "", time: .min)
            : try? controller.abortTransaction(key, id)
          if isCommit, status == .success { committed.withLock { $0 += 1 } }
        }
        controller.tick()
      }
    }
    let stream = try controller.stream(key)
    for epoch in stream.epochs {
      XCTAssertEqual(epoch.segments.first?.range.low, 0)
      XCTAssertEqual(epoch.segments.last?.range.high, 1)
      for (a, b) in zip(epoch.segments, epoch.segments.dropFirst()) {
        XCTAssertEqual(a.range.high, b.range.low)
      }
    }
    XCTAssertTrue(stream.transactions.isEmpty)
    let done = try controller.completedTransactions(of: key)
    XCTAssertEqual(done.count, 100)
    XCTAssertEqual(done.filter(\.isCommitted).count, committed.withLock { $0 })
    let active = try controller.currentSegments(key)
    for segment in active {
      let name = Segment(scope: "s", stream: "t", segmentID: segment.id).qualifiedName
      XCTAssertFalse(try store.info(name).isSealed, name)
    }
    XCTAssertEqual(store.segmentNames().filter { $0.contains("#transaction") }, [])
  }

  /// What is refused because another caller was faster does not matter.
  private static func splitOrMerge(_ controller: ControllerCore, _ key: StreamKey) {
    guard let active = try? controller.currentSegments(key), let first = active.first else {
      return
    }
    if active.count > 4 {
      let range = KeyRange(low: first.range.low, high: active[1].range.high)
      _ = try? controller.scale(key, seal: [first.id, active[1].id], create: [range])
    } else {
      let middle = (first.range.low + first.range.high) / 2
      _ = try? controller.scale(
        key, seal: [first.id],
        create: [
          KeyRange(low: first.range.low, high: middle),
          KeyRange(low: middle, high: first.range.high),
        ])
    }
  }

  func testCreationAndDeletionOfTheSameNamesLeavesNothingBehind() throws {
    let controller = controller
    let created = Monitor(0)
    runAll(6) { _ in
      for round in 0..<20 {
        let scope = "s\(round % 3)"
        _ = try? controller.createScope(scope)
        let key = StreamKey(scope, "t")
        if (try? controller.createStream(key, .fixed(2))) == .success {
          created.withLock { $0 += 1 }
        }
        _ = try? controller.sealStream(key)
        _ = try? controller.deleteStream(key)
        _ = try? controller.deleteScopeRecursively(scope)
      }
    }
    for round in 0..<3 { _ = try controller.deleteScopeRecursively("s\(round)") }
    XCTAssertGreaterThan(created.withLock { $0 }, 0)
    XCTAssertEqual(store.segmentNames(), [])
  }

  func testAMarkStreamWithoutSegmentsHarmsNobody() throws {
    _ = try controller.createScope("s")
    XCTAssertEqual(try controller.createStream(StreamKey("s", "_MARKt"), .fixed(0)), .failure)
    XCTAssertEqual(try controller.createStream(StreamKey("s", "t"), .fixed(1)), .success)
    _ = try controller.noteTime(StreamKey("s", "t"), writer: "w", position: [0: 1], time: 1)
    _ = try controller.noteTime(StreamKey("s", "_MARKt"), writer: "w", position: [0: 1], time: 1)
    controller.writeWatermarks()
    XCTAssertNil(try controller.stream(StreamKey("s", "t")).watermark)
  }
}
