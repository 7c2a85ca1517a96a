// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pravega
import PravegaTestKit
import XCTest

/// A scope of its own on the cluster that `PRAVEGA_CONTROLLER_URI` names, or on an embedded server.
///
/// Nothing here may depend on what only an embedded server can do.
class IntegrationTestCase: LeakCheckedTestCase {
  // Set before the first test of the class and read only until after its last.
  nonisolated(unsafe) private(set) static var cluster: TestCluster?
  private(set) var scope = ""
  /// Longest time for something to happen that does happen.
  static let patience = Duration.seconds(30)

  /// The embedded server serves all tests of a class.
  override var sharedThreadNames: [String] { ["prv-rpc-", "prv-ctrl-timer", "prv-store-acc"] }

  override class func setUp() {
    do { cluster = try TestCluster.fromEnvironment() } catch { XCTFail("no cluster: \(error)") }
  }

  override class func tearDown() {
    cluster?.close()
    cluster = nil
  }

  override func setUpWithError() throws {
    try super.setUpWithError()
    continueAfterFailure = false
    scope = try cluster.makeScope("swift-it")
  }

  var cluster: TestCluster {
    get throws { try XCTUnwrap(Self.cluster, "there is no cluster") }
  }

  var config: ClientConfig {
    get throws { try cluster.clientConfig }
  }

  // MARK: - Made for a test and closed after it

  func makeFactory(_ factory: (any ConnectionFactory)? = nil) throws -> EventStreamClientFactory {
    let made = EventStreamClientFactory(
      scope: scope, client: try Client(try config, factory: factory))
    addTeardownBlock { made.close() }
    return made
  }

  func makeGroup(
    _ stream: String, checkpointMillis: Int64 = 200, refreshMillis: Int64 = 100
  ) throws -> String {
    let manager = try ReaderGroupManager.withScope(scope, config: config)
    defer { manager.close() }
    let name = TestCluster.uniqueName("group")
    try manager.createReaderGroup(
      name,
      config: .builder().stream("\(scope)/\(stream)")
        .automaticCheckpointIntervalMillis(checkpointMillis)
        .groupRefreshTimeMillis(refreshMillis).build())
    return name
  }

  func makeReader(
    _ factory: EventStreamClientFactory, _ group: String, _ name: String
  ) throws -> EventStreamReader<TestEvent> {
    let reader = try factory.createReader(
      readerId: name, readerGroup: group, serializer: TestEventSerializer())
    addTeardownBlock { try? reader.close() }
    return reader
  }

  func makeWriter(
    _ factory: EventStreamClientFactory, _ stream: String
  ) throws -> EventStreamWriter<TestEvent> {
    try factory.createEventWriter(stream: stream, serializer: TestEventSerializer())
  }
}

extension TestEventLedger {
  /// Writes events and waits for all acknowledgements.
  func write(
    _ count: Int, from generator: inout TestEventGenerator,
    with writer: EventStreamWriter<TestEvent>
  ) throws {
    var sent: [(TestEvent, WriteFuture)] = []
    for _ in 0..<count {
      let event = generator.make()
      write(event)
      sent.append((event, try writer.writeEvent(event, routingKey: event.key)))
    }
    for (event, future) in sent {
      try future.get(timeout: IntegrationTestCase.patience)
      acknowledge(event)
    }
  }

  /// Reads until `isOver` or the stream's end; false when it took too long.
  func read(
    with reader: EventStreamReader<TestEvent>, within duration: Duration = .seconds(60),
    until isOver: () -> Bool
  ) throws -> Bool {
    let clock = ContinuousClock()
    let start = clock.now
    while !isOver() {
      let read = try reader.readNextEvent(timeout: .milliseconds(50))
      if let event = read.event { self.read(event) }
      if read.isReadCompleted { return true }
      if clock.now - start > duration { return false }
    }
    return true
  }
}
