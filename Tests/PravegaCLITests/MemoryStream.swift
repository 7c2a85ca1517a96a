// SPDX-License-Identifier: Apache-2.0

import PravegaThreads

@testable import pravega_cli

/// A stream in memory: what is written can be read once; acknowledgements may be made to fail.
final class MemoryStream: EventSink, EventSource {
  struct Failure: Error {}

  private struct State {
    var events: [(key: String?, event: [UInt8])] = []
    var taken = 0
    var flushes = 0
    var isClosed = false
  }

  private let state = Monitor(State())
  private let failing: Int?

  /// - Parameter failing: The index of the event whose acknowledgement fails.
  init(failing: Int? = nil) { self.failing = failing }

  var keys: [String?] { state.withLock { $0.events.map(\.key) } }
  var count: Int { state.withLock { $0.events.count } }
  var flushes: Int { state.withLock { $0.flushes } }

  func write(_ event: [UInt8], key: String?) throws -> Int {
    state.withLock {
      $0.events.append((key, event))
      return $0.events.count - 1
    }
  }

  func wait(for acknowledgement: Int) throws {
    if acknowledgement == failing { throw Failure() }
  }

  func flush() throws { state.withLock { $0.flushes += 1 } }

  func next(timeout: Duration) throws -> SourceRead {
    state.withLock {
      guard $0.taken < $0.events.count else { return .end }
      $0.taken += 1
      return .event($0.events[$0.taken - 1].event)
    }
  }

  func close() throws { state.withLock { $0.isClosed = true } }
}
