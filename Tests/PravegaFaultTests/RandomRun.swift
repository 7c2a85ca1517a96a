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

  static let scope = "random"
  static let stream = "s"
  static let patience = Duration.seconds(40) * Sanitizer.slowness
  let plan: RandomPlan
  let ledger = TestEventLedger()
  let cluster: TestCluster
  let noted: @Sendable (TestEvent) -> [TestEvent]
  private let seed: UInt64
  private let faults: FaultPlan
  private let server: StandaloneServer
  private let store: MovingStore
  /// That of all writers, where they share one.
  private let sharedFactory = Monitor<EventStreamClientFactory?>(nil)
  private let suffered = Monitor((blows: 0, cutters: [ConnectionCutter]()))

  /// - Parameter noted: what the ledger hears of an event that was read.
  init(seed: UInt64, noted: @escaping @Sendable (TestEvent) -> [TestEvent] = { [$0] }) throws {
    self.seed = seed
    self.noted = noted
    var random = SeededGenerator(seed: seed)
    plan = RandomPlan(&random)
    faults = plan.faults(seed: seed, &random)
    faults.isEnabled = false
    cluster = try TestCluster.start(faults: faults)
    guard let embedded = cluster.embedded else { throw Failure(description: "no server") }
    server = embedded
    store = try MovingStore(server, faults)
    addSeals(&random)
    if Bool.random(using: &random) {
      let first = Int.random(in: 1...10, using: &random)
      faults.add(FaultRule("getURI", first: first, .moved(store.deadAddress)))
    }
  }

  /// How much went wrong: requests of clients, connections that were cut, blows to the server.
  var faultCount: Int {
    // That the controller names where a moved store is, is no fault.
    let requests = faults.injectedCounts.filter { $0.key != "moved" }.values.reduce(0, +)
    let (blows, cutters) = suffered.withLock { $0 }
    let cuts = cutters.reduce(0) { sum, cutter in
      sum
        + plan.cuts.enumerated().count { index, limit in
          guard let traffic = cutter.traffic(of: index + 1) else { return false }
          return traffic.sent >= limit.sent || traffic.received >= limit.received
        }
    }
    return requests + blows + cuts
  }

  /// Segments of the stream that are replaced in mid-append; those of the group's state never are.
  private func addSeals(_ random: inout SeededGenerator) {
    let core = server.controller.core
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      let first = Int.random(in: 1...40, using: &random)
      let seal = FaultAction.perform { occasion in
        guard let segment = occasion.segment,
          segment.hasPrefix("\(Self.scope)/\(Self.stream)/")
        else { return }
        core.replaceSegment(named: segment)
      }
      faults.add(FaultRule("AppendBlockEnd", first: first, seal))
    }
  }

  /// Runs to the end of the stream.
  ///
  /// - Throws: what a call threw that should not have, or the differences from the model.
  func run() throws {
    defer {
      sharedFactory.withLock { $0 }?.close()
      cluster.close()
      store.close()
    }
    let core = server.controller.core
    _ = try core.createScope(Self.scope)
    _ = try core.createStream(
      StreamKey(Self.scope, Self.stream), .fixed(Int32(plan.segments)))
    let group = try makeGroup()
    if plan.sharesWriters {
      let client = try makeClient { $0.writeBufferBytes = 64 << 10 }
      sharedFactory.withLock { $0 = EventStreamClientFactory(scope: Self.scope, client: client) }
    }
    faults.isEnabled = true
    let (plan, seed) = (plan, seed)
    try inParallel(plan.writers + plan.readers + 2) { [self] number in
      switch number {
      case 0..<plan.writers: try write(number, SeededGenerator(seed: seed &+ UInt64(number)))
      case plan.writers: try scaleAndSeal()
      case plan.writers + 1: try strike()
      default: try read(group, number - plan.writers - 2)
      }
    }
    let problems = ledger.problems()
    guard problems.isEmpty, ledger.acknowledgedCount == plan.total,
      ledger.readCount == plan.total
    else {
      throw Failure(
        description: "\(ledger.acknowledgedCount) of \(plan.total) acknowledged, "
          + "\(ledger.readCount) read: \(problems.joined(separator: "; ")); \(storedSummary())")
    }
  }

  /// Whether the store or the readers are to blame.
  private func storedSummary() -> String {
    do {
      var places: [String: [String]] = [:]
      let store = server.store
      for name in store.segmentNames(startingWith: "\(Self.scope)/\(Self.stream)/") {
        let length = Int(try store.info(name).length)
        var rest = try store.bytes(of: name, from: 0, length: length)[...]
        while rest.count >= 8 {
          let count = rest.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
          let event = try TestEventSerializer().deserialize(Array(rest.dropFirst(8).prefix(count)))
          let place = "\(name.dropFirst(Self.scope.count + 1))@\(length - rest.count)"
          places["\(event.key).\(event.sequence)", default: []].append(place)
          rest = rest.dropFirst(8 + count)
        }
      }
      let doubled = places.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }
      return "stored \(places.values.reduce(0) { $0 + $1.count }) events, doubled: \(doubled)"
    } catch { return "what is stored cannot be read: \(error)" }
  }

  // MARK: - Clients

  /// A client that notices everything soon, and whose first connections end as planned.
  func makeClient(tune: (inout EngineSettings) -> Void = { _ in }) throws -> Client {
    let cutter = ConnectionCutter()
    for (index, limit) in plan.cuts.enumerated() { cutter.cut(index + 1, at: limit) }
    suffered.withLock { $0.cutters.append(cutter) }
    return try Client(cluster.clientConfig, factory: cutter) { settings in
      FaultTestCase.beQuick(&settings)
      settings.repair.longestPause = .milliseconds(40)
      settings.readerTimeUnit = .milliseconds(20)
      tune(&settings)
    }
  }

  /// Calls `body` with a factory for a writer.
  func withWriterFactory(_ body: (EventStreamClientFactory) throws -> Void) throws {
    if let factory = sharedFactory.withLock({ $0 }) { return try body(factory) }
    let factory = try makeFactory()
    defer { factory.close() }
    try body(factory)
  }

  func makeFactory() throws -> EventStreamClientFactory {
    EventStreamClientFactory(scope: Self.scope, client: try makeClient())
  }

  private func makeGroup() throws -> String {
    let manager = ReaderGroupManager(scope: Self.scope, client: try makeClient())
    defer { manager.close() }
    try manager.createReaderGroup(
      "group",
      config: .builder().stream("\(Self.scope)/\(Self.stream)")
        .automaticCheckpointIntervalMillis(40).groupRefreshTimeMillis(20).build())
    return "group"
  }

  // MARK: - What happens to the stream and its server

  /// Scales when it is time, and ends the stream when all is written.
  private func scaleAndSeal() throws {
    let core = server.controller.core
    let key = StreamKey(Self.scope, Self.stream)
    for scale in plan.scales {
      waitUntilAcknowledged(scale.after)
      let current = try core.currentSegments(key).map(\.id)
      let ranges = (0..<scale.count).map {
        KeyRange(
          low: Double($0) / Double(scale.count), high: Double($0 + 1) / Double(scale.count))
      }
      // A segment may have been replaced by a fault meanwhile: then it is not scaled.
      _ = try core.scale(key, seal: current, create: ranges)
    }
    let isWritten = waitUntilAcknowledged(plan.total)
    _ = try core.sealStream(key)
    if !isWritten { throw Failure(description: "writing took too long") }
  }

  private func strike() throws {
    for (after, blow, milliseconds) in plan.blows {
      waitUntilAcknowledged(after)
      suffered.withLock { $0.blows += 1 }
      let pause = { ClosingSignal().pause(.milliseconds(milliseconds)) }
      switch blow {
      case .storeMoves: try store.move()
      case .storeRestarts:
        store.stop()
        pause()
        try again { try store.start() }
      case .controllerRestarts:
        cluster.stopNetwork(.controller)
        pause()
        try again { try cluster.startNetwork(.controller) }
      }
    }
  }

  /// A server that is down does not own its port: a connection of another program may have it for
  /// a moment.
  private func again(_ start: () throws -> Void) throws {
    var failure: (any Error)?
    let isUp = eventually(within: Self.patience) {
      do {
        try start()
        return true
      } catch {
        failure = error
        return false
      }
    }
    if !isUp, let failure { throw failure }
  }

  @discardableResult
  private func waitUntilAcknowledged(_ count: Int) -> Bool {
    eventually(within: Self.patience) { ledger.acknowledgedCount >= count }
  }
}
