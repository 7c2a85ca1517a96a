// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaNet
import PravegaThreads
import PravegaWire
import XCTest

/// `AppendSetup` says which event of a writer is stored last. Of what cannot be, nothing is believed:
/// no event is taken for stored, none is sent twice, and a store that goes on so is named.
final class LyingSetUpTests: RuleCase {
  /// How the events come: in blocks of their own, in one block, or as one batch.
  private enum Shape: CaseIterable {
    case alone, block, batch
  }

  private let count: Int64 = 4

  /// Writes the events, which become one block where the store has not answered its set-up yet.
  private func put(_ shape: Shape, to writer: StreamWriter) throws -> [WriteFuture] {
    switch shape {
    case .alone: return [try write(writer)]
    case .block: return try (0..<count).map { _ in try write(writer) }
    case .batch:
      var batch = EventBatch()
      try EventBuffer.withScratch { buffer in
        buffer.append([1, 2, 3])
        for _ in 0..<count { try batch.add(buffer) }
      }
      return [try writer.write(batch, fraction: 0.25, until: .after(.seconds(10)))]
    }
  }

  private func number(_ shape: Shape) -> Int64 { shape == .alone ? 1 : count }

  private func awaitStored(_ futures: [WriteFuture]) throws {
    for future in futures { try future.wait(until: .after(.seconds(10))) }
  }

  private func soonHopeless(_ settings: inout EngineSettings) {
    settings.repair.longestPause = .milliseconds(20)
    settings.repair.giveUpAfter = .milliseconds(300)
  }

  /// The answer to the first set-up, when the events are there and nothing was sent.
  private func first(_ told: Int64, _ shape: Shape) throws -> AnsweringStore {
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend: return request.connection == 1 ? .nothing : .setUp(setup)
      case let append as AppendBlockEnd: return .stored(append)
      default: return .close
      }
    }
    let writer = try writer(client(FixedDirectory(store.endpoint)))
    let setup = try XCTUnwrap(store.wait(SetupAppend.self))
    let futures = try put(shape, to: writer)
    guard case .frames(let answer) = AnsweringStore.Answer.setUp(setup, stored: told) else {
      throw PravegaError(.illegalState, "no answer")
    }
    try store.send(answer, on: 1)
    try awaitStored(futures)
    return store
  }

  func testEventsThatWereNeverSentAreNotTakenForStored() throws {
    for shape in Shape.allCases {
      let most = number(shape)
      for told in Set([1, most / 2, most - 1, most, most + 1, 1 << 40, .max]) where told > 0 {
        let appends = try first(told, shape).requests(AppendBlockEnd.self)
        XCTAssertEqual(appends.map(\.connection), [2], "\(shape) \(told)")
        XCTAssertEqual(appends.map { Int64($0.command.numEvents) }, [most], "\(shape) \(told)")
      }
    }
  }

  func testNothingStoredHasManyNumbers() throws {
    for shape in Shape.allCases {
      for told in [Int64.min, -77, -1, 0] {
        let appends = try first(told, shape).requests(AppendBlockEnd.self)
        XCTAssertEqual(appends.map(\.connection), [1], "\(shape) \(told)")
      }
    }
  }

  /// The answer to the second set-up, after a connection broke that had the events.
  private func second(_ told: Int64, _ shape: Shape) throws -> AnsweringStore {
    let isOpen = Monitor(false)
    let store = try store { request in
      switch request.command {
      case let setup as SetupAppend:
        if request.connection == 1 { return isOpen.withLock { $0 } ? .setUp(setup) : .nothing }
        return request.connection == 2 ? .lyingSetUp(setup, told) : .setUp(setup)
      case let append as AppendBlockEnd: return request.connection == 1 ? .close : .stored(append)
      default: return .close
      }
    }
    let writer = try writer(client(FixedDirectory(store.endpoint)))
    let setup = try XCTUnwrap(store.wait(SetupAppend.self))
    let futures = try put(shape, to: writer)
    guard case .frames(let answer) = AnsweringStore.Answer.setUp(setup) else {
      throw PravegaError(.illegalState, "no answer")
    }
    try store.send(answer, on: 1)
    try awaitStored(futures)
    return store
  }

  /// A part of it is neither stored nor lost: whoever said so is not believed, and the block stays
  /// whole.
  func testAnEventInTheMiddleOfABlockOrBeyondAllIsNotBelieved() throws {
    for shape in Shape.allCases {
      let most = number(shape)
      for told in Set([1, most / 2, most - 1, most + 1, 1 << 40, .max])
      where told > 0 && told != most {
        let appends = try second(told, shape).requests(AppendBlockEnd.self)
        XCTAssertEqual(appends.map(\.connection), [1, 3], "\(shape) \(told)")
        let frames = try appends.map { try $0.command.encoded() }
        XCTAssertEqual(frames.first, frames.last, "\(shape) \(told)")
      }
    }
  }

  func testTheLastEventOfABlockIsBelievedAndSoIsNone() throws {
    for shape in Shape.allCases {
      let stored = try second(number(shape), shape).requests(AppendBlockEnd.self)
      XCTAssertEqual(stored.map(\.connection), [1], "\(shape)")
      for told in [Int64.min, -1, 0] {
        let appends = try second(told, shape).requests(AppendBlockEnd.self)
        XCTAssertEqual(appends.map(\.connection), [1, 2], "\(shape) \(told)")
      }
    }
  }

  // MARK: - Stores that do not come to their senses

  func testAStoreThatGoesOnLyingIsNamed() throws {
    for shape in Shape.allCases {
      for told in [number(shape) / 2, number(shape) + 1] where told > 0 {
        let store = try store { request in
          switch request.command {
          case let setup as SetupAppend:
            return request.connection == 1 ? .nothing : .lyingSetUp(setup, told)
          default: return .close
          }
        }
        let core = client(FixedDirectory(store.endpoint), tune: soonHopeless)
        let writer = try writer(core)
        let setup = try XCTUnwrap(store.wait(SetupAppend.self))
        let futures = try put(shape, to: writer)
        guard case .frames(let answer) = AnsweringStore.Answer.setUp(setup) else { return }
        try store.send(answer, on: 1)
        for future in futures {
          let error = failure { try future.wait(until: .after(.seconds(10))) }
          XCTAssertEqual(error?.code, .retriesExhausted, "\(shape) \(told)")
          XCTAssertEqual(error?.retry, .outcomeUnknown)
          XCTAssertEqual(error?.message.contains("event \(told) is the last one"), true)
        }
      }
    }
  }

  /// Stores what comes, and says in the set-up of a later connection that it has less.
  private func forgetful(
    _ told: @escaping @Sendable (_ connection: Int) -> Int64
  ) throws -> AnsweringStore {
    try store { request in
      switch request.command {
      case let setup as SetupAppend:
        guard request.connection > 1 else { return .setUp(setup) }
        return .lyingSetUp(setup, told(request.connection))
      case let append as AppendBlockEnd: return .stored(append)
      default: return .close
      }
    }
  }

  /// Acknowledged events are gone: going on would be loss in silence.
  func testAStoreThatForgetsWhatItAcknowledgedEndsTheWriter() throws {
    for shape in Shape.allCases {
      for told in Set([Int64.min, -1, 0, number(shape) - 1]) {
        let store = try forgetful { _ in told }
        let core = client(FixedDirectory(store.endpoint), tune: soonHopeless)
        let writer = try writer(core)
        // A batch, so that it is one block.
        try awaitStored(try put(shape == .block ? .batch : shape, to: writer))
        store.end(1)
        let lost = try write(writer)
        let error = failure { try lost.wait(until: .after(.seconds(10))) }
        XCTAssertEqual(error?.code, .retriesExhausted, "\(shape) \(told)")
        XCTAssertEqual(error?.retry, .outcomeUnknown)
        let cause = error?.underlying as? PravegaError
        XCTAssertEqual(cause?.code, .corruptedState)
        XCTAssertEqual(cause?.message.contains("of a writer of scope/s/0"), true)
        XCTAssertNotNil(failure { try writer.flush(until: .after(.seconds(10))) })
        XCTAssertNotNil(failure { try write(writer) })
        XCTAssertGreaterThan(store.requests(SetupAppend.self).count, 2)
        XCTAssertEqual(store.requests(AppendBlockEnd.self).filter { $0.connection > 1 }.count, 0)
      }
    }
  }

  /// A store that the segment has left may answer as it was then: the right one is looked for.
  func testAStoreThatIsBehindIsLeft() throws {
    for shape in Shape.allCases {
      let most = number(shape)
      let store = try forgetful { $0 < 4 ? most - 1 : most }
      let core = client(FixedDirectory(store.endpoint)) {
        $0.repair.longestPause = .milliseconds(20)
      }
      let writer = try writer(core)
      try awaitStored(try put(shape == .block ? .batch : shape, to: writer))
      store.end(1)
      try write(writer).wait(until: .after(.seconds(10)))
      let appends = store.requests(AppendBlockEnd.self)
      XCTAssertEqual(appends.map(\.connection), [1, 4], "\(shape)")
      XCTAssertEqual(appends.map { Int64($0.command.numEvents) }, [most, 1])
    }
  }
}
