// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit

@testable import PravegaStandalone

/// What a seed decides about a ``RandomRun``.
struct RandomPlan: Sendable {
  /// What happens to the server as a whole.
  enum Blow: Sendable {
    case storeRestarts, controllerRestarts, storeMoves
  }

  var segments = 1
  var writers = 1
  var readers = 1
  /// Of each writer.
  var events = 0
  var perAwait = 0
  var paddings: [Int] = []
  /// After how many acknowledged events the stream is scaled, and to how many segments.
  var scales: [(after: Int, count: Int)] = []
  /// After how many acknowledged events the server suffers, and for how long.
  var blows: [(after: Int, Blow, milliseconds: Int)] = []
  /// After how many of its events each reader dies; nil: never.
  var crashes: [Int?] = []
  /// Share of requests that go wrong.
  var rate = 0.0
  /// Bytes after which the first connections of every client end.
  var cuts: [ConnectionCutter.Limit] = []
  /// Whether all writers belong to one client whose memory is so small that they share their
  /// segment writers.
  var sharesWriters = false

  var total: Int { events * writers }

  init(_ random: inout SeededGenerator) {
    segments = Int.random(in: 1...4, using: &random)
    writers = Int.random(in: 1...3, using: &random)
    readers = Int.random(in: 1...3, using: &random)
    events = Int.random(in: 20...120, using: &random)
    perAwait = Int.random(in: 1...20, using: &random)
    paddings = [0, Int.random(in: 0...5000, using: &random), 17]
    let total = events * writers
    scales = (0..<Int.random(in: 0...3, using: &random)).map { _ in
      (Int.random(in: 0..<total, using: &random), Int.random(in: 1...5, using: &random))
    }.sorted { $0.0 < $1.0 }
    crashes = (0..<readers).map { _ in
      Bool.random(using: &random) ? Int.random(in: 1...40, using: &random) : nil
    }
    blows = (0..<Int.random(in: 0...3, using: &random)).map { _ in
      let blow: Blow = [.storeRestarts, .controllerRestarts, .storeMoves, .storeMoves][
        Int.random(in: 0...3, using: &random)]
      return (
        Int.random(in: 0..<total, using: &random), blow, Int.random(in: 0...40, using: &random)
      )
    }.sorted { $0.0 < $1.0 }
    // Some runs have few faults, so that much happens between them.
    rate = Double.random(in: 0...(Bool.random(using: &random) ? 0.1 : 0.4), using: &random)
    cuts = (0..<Int.random(in: 0...6, using: &random)).map { _ in
      let count = Int.random(in: 1...20_000, using: &random)
      return Bool.random(using: &random) ? .init(sent: count) : .init(received: count)
    }
    sharesWriters = Bool.random(using: &random)
  }

  /// Faults of single requests, in as many kinds as a network and a store have.
  func faults(seed: UInt64, _ random: inout SeededGenerator) -> FaultPlan {
    let faults = FaultPlan.random(
      seed: seed, rate: rate,
      choices: [
        .cut, .cut, .duplicate, .wrongHost, .status(14), .delay(.milliseconds(3)),
        .delay(.milliseconds(10)),
      ] + (0..<8).map { _ in .cutReply(after: Int.random(in: 0...200, using: &random)) })
    // What would stop a controller, or the group's own state, for longer than a test waits.
    for name in ["AppendBlockEnd", "ReadSegment", "SetupAppend", "AppendBlockEnd"]
    where Bool.random(using: &random) {
      let action: FaultAction = [.hang, .expiredToken][Int.random(in: 0...1, using: &random)]
      faults.add(FaultRule(name, first: Int.random(in: 1...30, using: &random), action))
    }
    if Bool.random(using: &random) {
      faults.add(
        FaultRule("AppendBlockEnd", first: Int.random(in: 1...30, using: &random), .drop))
    }
    return faults
  }
}
