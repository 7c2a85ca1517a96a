// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore
@testable import PravegaStandalone

/// Faults of ten seconds under clients with default settings: writing, reading and the group's state
/// go on within fifteen seconds of the end.
///
/// The faults run side by side, each with a server of its own.
final class RecoveryTimeTests: LeakCheckedTestCase {
  private static let outage = Duration.seconds(10)
  private static let bound = Duration.seconds(15)

  /// What goes wrong, and how it ends.
  private enum Outage: CaseIterable {
    /// The store moves; the controller names an address where nobody listens.
    case refusedAddress
    /// The controller names an address that swallows packets.
    case swallowedAddress
    /// The controller names an address that accepts and never answers.
    case silentAddress
    /// Segments are replaced while the controller is away.
    case noController
    case noStore
    case noServer
  }

  func testEverythingGoesOnSoonAfterAnOutage() throws {
    let outages = Outage.allCases
    try inParallel(outages.count) { number in
      let site = try Site("\(outages[number])")
      defer { site.close() }
      try Self.suffer(outages[number], at: site)
    }
  }

  private static func suffer(_ outage: Outage, at site: Site) throws {
    let (swallowing, silent) = (try SwallowingPort(), try SilentPeer())
    defer {
      swallowing.close()
      silent.close()
    }
    try site.run(for: Self.outage, goesOnWithin: Self.bound) { store, server in
      switch outage {
      case .refusedAddress: try store.move(announcing: store.deadAddress)
      case .swallowedAddress: try store.move(announcing: swallowing.endpoint.description)
      case .silentAddress: try store.move(announcing: silent.endpoint.description)
      case .noController:
        server.stopNetwork(.controller)
        for number in 0..<2 {
          server.controller.core.replaceSegment(named: "\(Site.scope)/s/\(number).#epoch.0")
        }
      case .noStore: store.stop()
      case .noServer: server.stopNetwork()
      }
    } end: { store, server in
      switch outage {
      case .refusedAddress, .swallowedAddress, .silentAddress: store.announce()
      case .noController: try server.startNetwork(.controller)
      case .noStore: try store.start()
      case .noServer: try server.startNetwork()
      }
    }
  }
}

/// A server with a writer and readers of a group that never pause.
private final class Site: Sendable {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  static let scope = "outage"
  private let name: String
  private let plan = FaultPlan()
  private let ledger = TestEventLedger()
  private let cluster: TestCluster
  private let server: StandaloneServer
  private let store: MovingStore
  private let factory: EventStreamClientFactory
  private let isStruck = ClosingSignal()
  private let isOver = ClosingSignal()
  private let isWritten = ClosingSignal()
  private let isJoined = ClosingSignal()

  init(_ name: String) throws {
    self.name = name
    cluster = try TestCluster.start(faults: plan)
    guard let embedded = cluster.embedded else { throw Failure(description: "no server") }
    server = embedded
    store = try MovingStore(server, plan)
    factory = try EventStreamClientFactory.withScope(Self.scope, config: cluster.clientConfig)
  }

  func close() {
    factory.close()
    cluster.close()
    store.close()
  }

  /// Lets something go wrong for `outage` and waits until everything goes on.
  func run(
    for outage: Duration, goesOnWithin bound: Duration,
    begin: @escaping @Sendable (MovingStore, StandaloneServer) throws -> Void,
    end: @escaping @Sendable (MovingStore, StandaloneServer) throws -> Void
  ) throws {
    _ = try server.controller.core.createScope(Self.scope)
    _ = try server.controller.core.createStream(StreamKey(Self.scope, "s"), .fixed(2))
    let manager = try ReaderGroupManager.withScope(Self.scope, config: cluster.clientConfig)
    defer { manager.close() }
    try manager.createReaderGroup(
      "group", config: .builder().stream("\(Self.scope)/s").build())
    let reader = try factory.createReader(
      readerId: "first", readerGroup: "group", serializer: TestEventSerializer())
    defer { try? reader.close() }
    try inParallel(4) { [self] number in
      switch number {
      case 0: try write()
      case 1: try read(with: reader)
      case 2: try joinAndRead()
      default:
        defer { isOver.close() }
        guard eventually(within: bound, { ledger.readCount > 100 }) else {
          throw Failure(description: "\(name): never began")
        }
        try begin(store, server)
        isStruck.close()
        ClosingSignal().pause(outage)
        let (written, read) = (ledger.acknowledgedCount, ledger.readCount)
        try end(store, server)
        let goesOn = eventually(within: bound) {
          isJoined.hasClosed && ledger.acknowledgedCount > written + 100
            && ledger.readCount > read + 100
        }
        if !goesOn {
          throw Failure(
            description: "\(name): \(ledger.acknowledgedCount - written) written, "
              + "\(ledger.readCount - read) read, second reader joined: \(isJoined.hasClosed)")
        }
      }
    }
    let problems = ledger.problems()
    if !problems.isEmpty { throw Failure(description: "\(name): \(problems)") }
  }

  private func write() throws {
    var generator = TestEventGenerator("k", keys: 8)
    let writer = try factory.createEventWriter(stream: "s", serializer: TestEventSerializer())
    while !isOver.hasClosed { try ledger.write(5, from: &generator, with: writer) }
    try writer.close()
    isWritten.close()
  }

  private func read(with reader: EventStreamReader<TestEvent>) throws {
    let isDone = { [self] in
      isWritten.hasClosed && ledger.readCount >= ledger.acknowledgedCount
    }
    guard try ledger.read(with: reader, within: .seconds(60), until: isDone) else {
      throw Failure(description: "\(name): the end was not reached")
    }
  }

  /// The state of the group is written in the middle of it all.
  private func joinAndRead() throws {
    isStruck.pause(.seconds(60))
    let second = try factory.createReader(
      readerId: "second", readerGroup: "group", serializer: TestEventSerializer())
    isJoined.close()
    try read(with: second)
    try second.close()
  }
}
