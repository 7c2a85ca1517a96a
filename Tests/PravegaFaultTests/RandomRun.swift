// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads

@testable import PravegaCore
@testable import PravegaStandalone

/// Writers, readers, scales, crashes of readers and faults of the server, as a seed decides, held
/// against the model that every acknowledged event is read once and in order per key.
///
/// Threads run as they like: a seed repeats the plan, not the interleaving.
final class RandomRun: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  private struct Plan {
    var segments = 1
    var writers = 1
    var readers = 1
    var events = 0
    var perAwait = 0
    var paddings: [Int] = []
    /// After how many acknowledged events the stream is scaled, and to how many segments.
    var scales: [(after: Int, count: Int)] = []
    /// After how many acknowledged events a front is taken away, and for how long.
    var absences: [(after: Int, front: StandaloneServer.Front, milliseconds: Int)] = []
    /// After how many of its events each reader dies; nil: never.
    var crashes: [Int?] = []
    var rate = 0.0
  }

  private static let scope = "random"
  private static let stream = "s"
  private static let patience = Duration.seconds(40)
  let seed: UInt64
  private let plan: Plan
  private let faults: FaultPlan
  private let ledger = TestEventLedger()
  private let cluster: TestCluster
  private let server: StandaloneServer
  private let isSealed = ClosingSignal()

  /// How many requests of clients went wrong.
  var faultCount: Int { faults.injectedCount }
  var eventCount: Int { ledger.acknowledgedCount }

  init(seed: UInt64) throws {
    self.seed = seed
    var random = SeededGenerator(seed: seed)
    var plan = Plan()
    plan.segments = Int.random(in: 1...4, using: &random)
    plan.writers = Int.random(in: 1...3, using: &random)
    plan.readers = Int.random(in: 1...3, using: &random)
    plan.events = Int.random(in: 20...120, using: &random)
    plan.perAwait = Int.random(in: 1...20, using: &random)
    plan.paddings = [0, Int.random(in: 0...5000, using: &random), 17]
    let total = plan.events * plan.writers
    plan.scales = (0..<Int.random(in: 0...3, using: &random)).map { _ in
      (Int.random(in: 0..<total, using: &random), Int.random(in: 1...5, using: &random))
    }.sorted { $0.0 < $1.0 }
    plan.crashes = (0..<plan.readers).map { _ in
      Bool.random(using: &random) ? Int.random(in: 1...40, using: &random) : nil
    }
    plan.absences = (0..<Int.random(in: 0...2, using: &random)).map { _ in
      (
        Int.random(in: 0..<total, using: &random),
        Bool.random(using: &random) ? .store : .controller,
        Int.random(in: 0...40, using: &random)
      )
    }.sorted { $0.0 < $1.0 }
    plan.rate = Double.random(in: 0...0.2, using: &random)
    self.plan = plan
    faults = .random(
      seed: seed, rate: plan.rate,
      choices: [
        .cut, .cut, .duplicate, .wrongHost, .status(14), .delay(.milliseconds(3)),
        .delay(.milliseconds(20)),
      ] + (0..<8).map { _ in .cutReply(after: Int.random(in: 0...200, using: &random)) })
    Self.addRules(to: faults, &random)
    faults.isEnabled = false
    cluster = try TestCluster.start(faults: faults)
    guard let embedded = cluster.embedded else { throw Failure(description: "no server") }
    server = embedded
    Self.addSeals(to: faults, embedded.controller.core, &random)
  }

  /// What would stop a controller, or the group's own state, for longer than a test waits.
  private static func addRules(to faults: FaultPlan, _ random: inout SeededGenerator) {
    let names = ["AppendBlockEnd", "ReadSegment", "SetupAppend", "AppendBlockEnd"]
    for name in names where Bool.random(using: &random) {
      let action: FaultAction = [.hang, .expiredToken][Int.random(in: 0...1, using: &random)]
      faults.add(FaultRule(name, first: Int.random(in: 1...30, using: &random), action))
    }
  }

  /// Segments of the stream that are replaced in mid-append; those of the group's state never are.
  private static func addSeals(
    to faults: FaultPlan, _ core: ControllerCore, _ random: inout SeededGenerator
  ) {
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let first = Int.random(in: 1...40, using: &random)
      let seal = FaultAction.perform { occasion in
        guard let segment = occasion.segment, segment.hasPrefix("\(scope)/\(stream)/") else {
          return
        }
        core.replaceSegment(named: segment)
      }
      faults.add(FaultRule("AppendBlockEnd", first: first, seal))
    }
  }

  /// Runs to the end of the stream.
  ///
  /// - Throws: what a call threw that should not have, or the differences from the model.
  func run() throws {
    defer { cluster.close() }
    let core = server.controller.core
    _ = try core.createScope(Self.scope)
    _ = try core.createStream(
      StreamKey(Self.scope, Self.stream), .fixed(Int32(plan.segments)))
    let group = try makeGroup()
    faults.isEnabled = true
    let (plan, total) = (plan, plan.events * plan.writers)
    try inParallel(plan.writers + plan.readers + 2) { [self] number in
      switch number {
      case 0..<plan.writers: try write(number)
      case plan.writers: try scaleAndSeal(total)
      case plan.writers + 1: try takeFrontsAway()
      default: try read(group, number - plan.writers - 2)
      }
    }
    let problems = ledger.problems()
    guard problems.isEmpty, ledger.acknowledgedCount == total else {
      throw Failure(
        description: "\(ledger.acknowledgedCount) of \(total) acknowledged, "
          + "\(ledger.readCount) read: \(problems.joined(separator: "; "))")
    }
  }

  private func makeFactory() throws -> EventStreamClientFactory {
    EventStreamClientFactory(
      scope: Self.scope,
      client: try Client(cluster.clientConfig) { FaultTestCase.beQuick(&$0) })
  }

  private func makeGroup() throws -> String {
    let manager = try ReaderGroupManager.withScope(Self.scope, config: cluster.clientConfig)
    defer { manager.close() }
    try manager.createReaderGroup(
      "group",
      config: .builder().stream("\(Self.scope)/\(Self.stream)")
        .automaticCheckpointIntervalMillis(60).groupRefreshTimeMillis(30).build())
    return "group"
  }

  // MARK: - Threads

  private func write(_ number: Int) throws {
    do {
      let factory = try makeFactory()
      defer { factory.close() }
      var generator = TestEventGenerator("w\(number)", keys: 7, paddings: plan.paddings)
      let writer = try factory.createEventWriter(
        stream: Self.stream, serializer: TestEventSerializer())
      var left = plan.events
      while left > 0 {
        let count = min(left, plan.perAwait)
        try ledger.write(count, from: &generator, with: writer)
        left -= count
      }
      try writer.close()
    } catch { throw Failure(description: "writer \(number): \(error)") }
  }

  /// Scales when it is time, and ends the stream when all is written.
  private func scaleAndSeal(_ total: Int) throws {
    let core = server.controller.core
    let key = StreamKey(Self.scope, Self.stream)
    for scale in plan.scales {
      _ = eventually(within: Self.patience) { ledger.acknowledgedCount >= scale.after }
      let current = try core.currentSegments(key).map(\.id)
      let ranges = (0..<scale.count).map {
        KeyRange(
          low: Double($0) / Double(scale.count), high: Double($0 + 1) / Double(scale.count))
      }
      // A segment may have been replaced by a fault meanwhile: then it is not scaled.
      _ = try core.scale(key, seal: current, create: ranges)
    }
    let isWritten = eventually(within: Self.patience) { ledger.acknowledgedCount >= total }
    _ = try core.sealStream(key)
    isSealed.close()
    if !isWritten { throw Failure(description: "writing took too long") }
  }

  private func takeFrontsAway() throws {
    for absence in plan.absences {
      _ = eventually(within: Self.patience) { ledger.acknowledgedCount >= absence.after }
      cluster.stopNetwork(absence.front)
      ClosingSignal().pause(.milliseconds(absence.milliseconds))
      try cluster.startNetwork(absence.front)
    }
  }

  private func read(_ group: String, _ number: Int) throws {
    do {
      var name = "reader-\(number)"
      if let limit = plan.crashes[number] {
        let (isAtEnd, position) = try readSome(group, name, limit)
        if isAtEnd { return }
        try declareDead(group, name, position)
        name += "-again"
      }
      _ = try readSome(group, name, nil)
    } catch { throw Failure(description: "reader \(number): \(error)") }
  }

  /// Reads to the end, or until `limit` events are read and the reader dies with all it has.
  private func readSome(
    _ group: String, _ name: String, _ limit: Int?
  ) throws -> (isAtEnd: Bool, Position?) {
    let factory = try makeFactory()
    defer { factory.close() }
    let reader = try factory.createReader(
      readerId: name, readerGroup: group, serializer: TestEventSerializer())
    let deadline = Deadline.after(Self.patience)
    var position: Position?
    var count = 0
    while !deadline.hasPassed {
      let read = try reader.readNextEvent(timeout: .milliseconds(50))
      if let event = read.event {
        ledger.read(event)
        count += 1
        position = read.position
        if let limit, count >= limit { return (false, position) }
      }
      if read.isReadCompleted {
        try reader.close()
        return (true, position)
      }
    }
    throw Failure(description: "the end was not reached; \(ledger.readCount) events read")
  }

  private func declareDead(_ group: String, _ name: String, _ position: Position?) throws {
    let manager = try ReaderGroupManager.withScope(Self.scope, config: cluster.clientConfig)
    defer { manager.close() }
    let handle = try manager.readerGroup(group)
    defer { handle.close() }
    try handle.readerOffline(name, lastPosition: position)
  }
}
