// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaThreads

/// A segment in memory, with the rules of a segment store.
final class FakeSegment: RawSegment {
  struct Contents {
    var bytes: [UInt8] = []
    var startOffset: Int64 = 0
    var attributes: [UniqueID: Int64] = [:]
    /// How many bytes a read returns at most.
    var maxRead = Int.max
    var calls: [String: Int] = [:]
    /// Thrown by the next call of that name, before or after it was carried out.
    var failures: [String: (error: PravegaError, isAfter: Bool)] = [:]
  }

  let segment: Segment
  let contents = Monitor(Contents())
  /// Runs before every call, on the thread that calls; it may block or change the contents.
  private let hook: @Sendable (FakeSegment, String) -> Void

  init(_ name: String, hook: @escaping @Sendable (FakeSegment, String) -> Void = { _, _ in }) {
    segment = Segment(scope: "scope", stream: name, number: 0)
    self.hook = hook
  }

  var bytes: [UInt8] { contents.withLock { $0.bytes } }

  var writeOffset: Int64 { Int64(bytes.count) }

  func calls(_ name: String) -> Int { contents.withLock { $0.calls[name] ?? 0 } }

  func failNext(_ name: String, _ error: PravegaError, afterwards isAfter: Bool = false) {
    contents.withLock { $0.failures[name] = (error, isAfter) }
  }

  func info(until deadline: Deadline) throws -> RawSegmentInfo {
    try call("info") {
      RawSegmentInfo(startOffset: $0.startOffset, writeOffset: Int64($0.bytes.count))
    }
  }

  func read(at offset: Int64, length: Int, until deadline: Deadline) throws -> [UInt8] {
    try call("read") {
      guard offset >= $0.startOffset else { throw PravegaError(.segmentTruncated, "truncated") }
      let end = min($0.bytes.count, Int(offset) + min(length, $0.maxRead))
      return Array($0.bytes[Int(offset)..<end])
    }
  }

  func append(_ data: [UInt8], until deadline: Deadline) throws {
    try call("append") { $0.bytes += data }
  }

  func append(
    _ data: [UInt8], ifWriteOffsetIs offset: Int64, until deadline: Deadline
  ) throws -> Bool {
    try call("conditionalAppend") {
      guard Int64($0.bytes.count) == offset else { return false }
      $0.bytes += data
      return true
    }
  }

  func attribute(_ id: UniqueID, until deadline: Deadline) throws -> Int64? {
    try call("attribute") { $0.attributes[id] }
  }

  func setAttribute(
    _ id: UniqueID, from expected: Int64?, to value: Int64?, until deadline: Deadline
  ) throws -> Bool {
    try call("setAttribute") {
      guard $0.attributes[id] == expected else { return false }
      $0.attributes[id] = value
      return true
    }
  }

  func truncate(before offset: Int64, until deadline: Deadline) throws {
    try call("truncate") { $0.startOffset = max($0.startOffset, offset) }
  }

  func close() {}

  private func call<R>(_ name: String, _ body: (inout Contents) throws -> R) throws -> R {
    hook(self, name)
    return try contents.withLock { contents in
      contents.calls[name, default: 0] += 1
      let failure = contents.failures.removeValue(forKey: name)
      if let failure, !failure.isAfter { throw failure.error }
      let result = try body(&contents)
      if let failure { throw failure.error }
      return result
    }
  }
}
