// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// A controller over a storage that writes down what it is asked to do, with a clock that the
/// test moves.
class ControllerTestCase: LeakCheckedTestCase {
  let storage = RecordingStorage()
  let clock = Monitor<Int64>(1_000_000)
  private(set) lazy var controller = ControllerCore(storage: storage) { [clock] in
    clock.withLock { $0 }
  }
  let stream = StreamKey("s", "t")

  func advance(_ milliseconds: Int64) { clock.withLock { $0 += milliseconds } }

  func makeStream(_ segmentCount: Int32, named name: String = "t") throws -> StreamKey {
    _ = try controller.createScope("s")
    let key = StreamKey("s", name)
    XCTAssertEqual(try controller.createStream(key, .fixed(segmentCount)), .success)
    storage.forgetCommands()
    return key
  }

  /// Splits a segment in the middle and returns the new ids.
  @discardableResult
  func split(_ id: Int64, _ key: StreamKey) throws -> [Int64] {
    let segments = try controller.currentSegments(key)
    let range = try XCTUnwrap(segments.first { $0.id == id }).range
    let middle = (range.low + range.high) / 2
    let outcome = try controller.scale(
      key, seal: [id],
      create: [KeyRange(low: range.low, high: middle), KeyRange(low: middle, high: range.high)])
    guard case .started(let new, _) = outcome else {
      XCTFail("\(outcome)")
      return []
    }
    return new.map(\.id)
  }

  func id(_ number: Int32, _ epoch: Int32) -> Int64 { Segment.id(number: number, epoch: epoch) }

  func ids(_ key: StreamKey) throws -> [Int64] { try controller.currentSegments(key).map(\.id) }

  func assertInvalid<T>(
    _ body: @autoclosure () throws -> T, file: StaticString = #filePath, line: UInt = #line
  ) {
    XCTAssertThrowsError(try body(), file: file, line: line) { error in
      guard case ControllerFailure.invalidArgument = error else {
        return XCTFail("\(error)", file: file, line: line)
      }
    }
  }

  func assertNotFound<T>(
    _ body: @autoclosure () throws -> T, file: StaticString = #filePath, line: UInt = #line
  ) {
    XCTAssertThrowsError(try body(), file: file, line: line) { error in
      guard case ControllerFailure.notFound = error else {
        return XCTFail("\(error)", file: file, line: line)
      }
    }
  }
}

/// Segments as lengths, and a list of the commands.
final class RecordingStorage: SegmentStorage {
  struct State {
    var lengths: [String: Int64] = [:]
    var sealed: Set<String> = []
    var events: [String: [[UInt8]]] = [:]
    var marks: [String: Int64] = [:]
    var commands: [String] = []
    var refusesMerges = false
  }

  let state = Monitor(State())

  var commands: [String] { state.withLock { $0.commands } }

  func forgetCommands() { state.withLock { $0.commands = [] } }

  func setLength(_ length: Int64, of name: String) { state.withLock { $0.lengths[name] = length } }

  private func command(_ text: String, _ body: (inout State) -> Void = { _ in }) {
    state.withLock { state in
      state.commands.append(text)
      body(&state)
    }
  }

  func createSegment(_ name: String, _ policy: SegmentPolicy) {
    command("create \(name)") { $0.lengths[name] = $0.lengths[name] ?? 0 }
  }

  func createTableSegment(_ name: String, keyLength: Int32, rolloverByteCount: Int64) {
    command("table \(name) \(keyLength)") { $0.lengths[name] = 0 }
  }

  func deleteSegment(_ name: String) { command("delete \(name)") { $0.lengths[name] = nil } }

  func sealSegment(_ name: String) { command("seal \(name)") { $0.sealed.insert(name) } }

  func truncateSegment(_ name: String, at offset: Int64) { command("truncate \(name) \(offset)") }

  func updateSegment(_ name: String, _ policy: SegmentPolicy) {
    command("policy \(name) \(policy.scaleType) \(policy.targetRate)")
  }

  func segmentByteCount(_ name: String) -> Int64? { state.withLock { $0.lengths[name] } }

  func mergeSegment(_ source: String, into target: String) throws -> Int64 {
    try state.withLock { state in
      if state.refusesMerges { throw StoreError.sealed }
      state.commands.append("merge \(source) into \(target)")
      let length = (state.lengths[target] ?? 0) + (state.lengths[source] ?? 0)
      state.lengths[source] = nil
      state.lengths[target] = length
      return length
    }
  }

  func appendEvent(_ payload: [UInt8], to name: String) -> Int64? {
    state.withLock { state in
      guard let offset = state.lengths[name] else { return nil }
      state.events[name, default: []].append(payload)
      state.lengths[name] = offset + Int64(payload.count) + 8
      return offset
    }
  }

  func setMark(_ offset: Int64, of name: String) { state.withLock { $0.marks[name] = offset } }
}
