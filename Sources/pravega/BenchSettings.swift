// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// What the options of `pravega bench` say.
struct BenchSettings: Sendable {
  var connection: Connection
  var name: StreamName
  var events: Int
  var size: Int
  var segments: Int
  var keys: Int
  var writers: Int
  var readers: Int
  var warmUp: Int
  /// Events per second of all writers together; 0: as fast as possible.
  var rate: Double
  var seconds: Double
  var keeps: Bool
  var writesFirst: Bool
  var showsProgress: Bool

  /// The most that an event may have.
  static let maxSize = 8 << 20

  init(_ invocation: Invocation) throws {
    let isLatency = invocation.command.name == "latency"
    connection = try Connection(invocation)
    name = try StreamName(invocation)
    size = try invocation.byteCount("size", default: 100)
    guard (1...BenchSettings.maxSize).contains(size) else {
      throw invocation.usage("--size wants 1 to \(BenchSettings.maxSize) bytes, not \(size)")
    }
    segments = try invocation.int("segments", default: isLatency ? 1 : 4, in: 1...100_000)
    keys = try invocation.int("keys", default: 0, in: 0...1_000_000)
    writers = try invocation.int("writers", default: 1, in: 1...1000)
    readers = try invocation.int("readers", default: 1, in: 1...1000)
    warmUp = try invocation.int("warm-up", default: isLatency ? 200 : 10_000)
    rate = try invocation.double("rate", default: isLatency ? 1000 : 0)
    seconds = try invocation.double("seconds", default: 10)
    events = try invocation.int("events", default: 1_000_000, in: 1...1_000_000_000)
    keeps = invocation.has("keep")
    writesFirst = !invocation.has("no-write")
    showsProgress = !invocation.has("no-progress")
    if isLatency {
      guard rate > 0, seconds > 0, rate * seconds >= 1, rate * seconds < 1e9 else {
        throw invocation.usage("--rate and --seconds make no event, or too many")
      }
      events = Int(rate * seconds)
    }
  }
}
