// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaThreads

@testable import pravega_cli

/// Shows each thread a time of its own: it passes where a thread pauses or is held up, and only there.
final class ThreadClock: Sendable {
  private let start: UInt64
  // With the thread itself: another one may have the handle of one that ended.
  private let key = UUID().uuidString

  init(start: UInt64) { self.start = start }

  var now: UInt64 { Thread.current.threadDictionary[key] as? UInt64 ?? start }

  func pass(until time: UInt64) {
    Thread.current.threadDictionary[key] = max(now, time)
  }

  var bench: BenchClock {
    BenchClock(now: { self.now }, pause: { self.pass(until: $0) })
  }
}

/// A stream in which every event is stored a millisecond after it was written, and where one event
/// holds its writer, or its acknowledgement, up.
final class StallingStream: EventSink {
  enum Stall { case write, acknowledgement }

  static let millisecond: UInt64 = 1_000_000
  private let clock: ThreadClock
  private let stall: Stall
  private let index: Int
  private let length: UInt64
  private let stored = Monitor<[UInt64]>([])

  /// - Parameters:
  ///   - index: the event that stalls, of this stream's.
  ///   - milliseconds: for how long.
  init(_ clock: ThreadClock, _ stall: Stall, at index: Int, milliseconds: UInt64) {
    self.clock = clock
    self.stall = stall
    self.index = index
    length = milliseconds * Self.millisecond
  }

  func write(_ event: [UInt8], key: String?) throws -> Int {
    let index = stored.withLock { $0.count }
    let isStalling = index == self.index
    if isStalling, stall == .write { clock.pass(until: clock.now + length) }
    var time = clock.now + Self.millisecond
    if isStalling, stall == .acknowledgement { time += length }
    stored.withLock { $0.append(max(time, $0.last ?? 0)) }
    return index
  }

  func wait(for acknowledgement: Int) throws {
    clock.pass(until: stored.withLock { $0[acknowledgement] })
  }

  func flush() throws {}
  func close() throws {}
}
