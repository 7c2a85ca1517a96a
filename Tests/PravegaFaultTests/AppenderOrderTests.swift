// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaCore

/// What a flush does not see any more, every future says is done.
final class AppenderOrderTests: RuleCase {
  private func readyAppender() throws -> (SegmentAppender, StoreConnection) {
    let store = try store { _ in .nothing }
    let connection = try StoreConnection.open(
      to: store.endpoint, with: SocketConnectionFactory(), deadline: .after(.seconds(10)))
    addTeardownBlock { connection.close(until: .after(.seconds(5))) }
    let appender = SegmentAppender(segment: segment(0))
    appender.phase = .settingUp(connection)
    guard case .blocks = appender.resume(after: .min, on: connection) else {
      throw PravegaError(.illegalState, "no set-up")
    }
    return (appender, connection)
  }

  private func place(_ appender: SegmentAppender, _ pool: BufferPool) throws -> WriteFuture {
    var spare = pool.take(.small, guaranteed: true)
    let placed = [UInt8](repeating: 7, count: 10).withUnsafeBytes { bytes in
      appender.place(
        .payload(bytes, RoutingWord(fraction: 0.5, hasKey: true)), limit: 1 << 20, spare: &spare)
    }
    guard case .placed(let completion, let index, _) = placed else {
      throw PravegaError(.illegalState, "no place")
    }
    return WriteFuture(completion: completion, index: index)
  }

  func testABlockIsDoneWhenItsAcknowledgementTakesItOut() throws {
    let (appender, connection) = try readyAppender()
    let future = try place(appender, BufferPool())
    XCTAssertEqual(appender.takeUnsent(for: connection).count, 1)
    XCTAssertFalse(future.isDone)
    _ = appender.acknowledge(through: 1, writeOffset: 18, on: connection)
    XCTAssertTrue(appender.pending.isEmpty)
    XCTAssertTrue(future.isDone)
    XCTAssertFalse(future.isFailed)
  }

  func testABlockIsDoneWhenASetUpTakesItOut() throws {
    let (appender, connection) = try readyAppender()
    let future = try place(appender, BufferPool())
    XCTAssertEqual(appender.takeUnsent(for: connection).count, 1)
    _ = appender.detach(to: .settingUp(connection))
    _ = appender.resume(after: 1, on: connection)
    XCTAssertTrue(appender.pending.isEmpty)
    XCTAssertTrue(future.isDone)
  }
}
