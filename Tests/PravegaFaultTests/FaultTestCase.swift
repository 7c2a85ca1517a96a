// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore
@testable import PravegaStandalone

/// An embedded server that goes wrong as a plan says, and clients that notice soon.
class FaultTestCase: LeakCheckedTestCase {
  let plan = FaultPlan()
  private var started: TestCluster?
  let scope = "faults"
  /// Longest time for something to happen that does happen.
  static let patience = Duration.seconds(30)

  override func setUpWithError() throws {
    try super.setUpWithError()
    continueAfterFailure = false
    let cluster = try TestCluster.start(faults: plan)
    started = cluster
    _ = try server.controller.core.createScope(scope)
  }

  override func tearDown() {
    started?.close()
    started = nil
  }

  var cluster: TestCluster {
    get throws { try XCTUnwrap(started) }
  }

  var server: StandaloneServer {
    get throws { try XCTUnwrap(started?.embedded) }
  }

  // MARK: - Streams

  @discardableResult
  func makeStream(_ name: String, segments: Int32 = 1) throws -> PravegaStream {
    XCTAssertEqual(
      try server.controller.core.createStream(StreamKey(scope, name), .fixed(segments)), .success)
    return PravegaStream(uncheckedScope: scope, stream: name)
  }

  /// The payloads in a segment, as the store keeps them.
  func stored(_ segment: Segment) throws -> [[UInt8]] {
    let store = try server.store
    let length = Int(try store.info(segment.qualifiedName).length)
    let bytes = try store.bytes(of: segment.qualifiedName, from: 0, length: length)
    var events: [[UInt8]] = []
    var rest = bytes[...]
    while rest.count >= 8 {
      let count = rest.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
      XCTAssertTrue(rest.prefix(4).allSatisfy { $0 == 0 })
      XCTAssertGreaterThanOrEqual(rest.count, 8 + count)
      events.append(Array(rest.dropFirst(8).prefix(count)))
      rest = rest.dropFirst(8 + count)
    }
    XCTAssertEqual(rest.count, 0, "half an event is stored")
    return events
  }

  /// All events of a stream, oldest segments first, noted as read.
  func readBack(_ stream: String, into ledger: TestEventLedger) throws {
    let prefix = "\(scope)/\(stream)/"
    let segments = try server.store.segmentNames(startingWith: prefix)
      .map { try Segment(qualifiedName: $0) }
      .sorted { ($0.epoch, $0.number) < ($1.epoch, $1.number) }
    for segment in segments {
      for event in try stored(segment) { ledger.read(try TestEventSerializer().deserialize(event)) }
    }
  }

  /// Replaces a segment of the stream in mid-append, at some of the appends to it, which count from 1.
  /// Appends to anything else, such as the state of a group, do not count.
  func addSeals(of stream: String, at appends: Set<Int>) throws {
    let core = try server.controller.core
    let prefix = "\(scope)/\(stream)/"
    let seen = Monitor(0)
    plan.add(
      FaultRule(
        "AppendBlockEnd", repeats: true,
        .perform { occasion in
          guard let segment = occasion.segment, segment.hasPrefix(prefix) else { return }
          let count = seen.withLock { count -> Int in
            count += 1
            return count
          }
          if appends.contains(count) { core.replaceSegment(named: segment) }
        }))
  }

  // MARK: - Clients

  /// Notices a silent store after a fraction of a second.
  static func beQuick(_ settings: inout EngineSettings) {
    let slowness = Sanitizer.slowness
    settings.liveness.interval = .milliseconds(60) * slowness
    settings.liveness.looksWithoutAcknowledgement = 5
    settings.repair.setupTimeout = .milliseconds(300) * slowness
    settings.repair.replyTimeout = .seconds(1) * slowness
    settings.connectTimeout = .milliseconds(500) * slowness
  }

  func makeClient(
    _ factory: (any ConnectionFactory)? = nil,
    tune: (inout EngineSettings) -> Void = FaultTestCase.beQuick
  ) throws -> Client {
    let client = try Client(try cluster.clientConfig, factory: factory, tune: tune)
    addTeardownBlock { client.close() }
    return client
  }

  func makeFactory(
    _ factory: (any ConnectionFactory)? = nil,
    tune: (inout EngineSettings) -> Void = FaultTestCase.beQuick
  ) throws -> EventStreamClientFactory {
    EventStreamClientFactory(scope: scope, client: try makeClient(factory, tune: tune))
  }

  func makeGroup(_ stream: String) throws -> String {
    let name = TestCluster.uniqueName("group")
    let manager = try ReaderGroupManager.withScope(scope, config: try cluster.clientConfig)
    defer { manager.close() }
    try manager.createReaderGroup(
      name,
      config: .builder().stream("\(scope)/\(stream)").automaticCheckpointIntervalMillis(100)
        .groupRefreshTimeMillis(50).build())
    return name
  }
}

extension TestEventLedger {
  /// Hands events to a writer and returns what is to be waited for.
  func send(
    _ count: Int, from generator: inout TestEventGenerator,
    with writer: EventStreamWriter<TestEvent>
  ) throws -> [(TestEvent, WriteFuture)] {
    try (0..<count).map { _ in
      let event = generator.make()
      write(event)
      return (event, try writer.writeEvent(event, routingKey: event.key))
    }
  }

  func await(_ sent: [(TestEvent, WriteFuture)]) throws {
    for (event, future) in sent {
      try future.get(timeout: FaultTestCase.patience)
      acknowledge(event)
    }
  }

  func write(
    _ count: Int, from generator: inout TestEventGenerator,
    with writer: EventStreamWriter<TestEvent>
  ) throws {
    try self.await(send(count, from: &generator, with: writer))
  }

  /// Reads until `isOver` or the stream's end; false when it took too long.
  func read(
    with reader: EventStreamReader<TestEvent>, within duration: Duration = FaultTestCase.patience,
    until isOver: () -> Bool
  ) throws -> Bool {
    let deadline = Deadline.after(duration)
    while !isOver() {
      let read = try reader.readNextEvent(timeout: .milliseconds(20))
      if let event = read.event { self.read(event) }
      if read.isReadCompleted { return true }
      if deadline.hasPassed { return false }
    }
    return true
  }
}
