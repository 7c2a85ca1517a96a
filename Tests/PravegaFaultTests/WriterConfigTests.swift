// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pravega
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// What a writer's configuration changes: how often it looks for a lost store, and whose connections
/// it uses.
final class WriterConfigTests: FaultTestCase {
  private let connections = CountingFactory()

  private func client(maxConnections: Int = 1) throws -> Client {
    try makeClient(connections) { settings in
      Self.beQuick(&settings)
      settings.maxConnectionsPerSegmentStore = maxConnections
    }
  }

  private func writer(
    _ client: Client, _ config: EventWriterConfig = .default
  ) throws -> EventStreamWriter<[UInt8]> {
    try EventStreamClientFactory(scope: scope, client: client).createEventWriter(
      stream: "s", serializer: ByteArraySerializer(), config: config)
  }

  private func error(_ future: WriteFuture, within limit: Duration) -> PravegaError? {
    do { try future.get(timeout: limit) } catch { return error as? PravegaError }
    return nil
  }

  // MARK: - Retries

  func testALostStoreIsLookedForAsOftenAsTheConfigurationSays() throws {
    try makeStream("s")
    let client = try client()
    let config = try EventWriterConfig(
      initialBackoffMillis: 1, maxBackoffMillis: 5, retryAttempts: 4, backoffMultiple: 2)
    let writer = try writer(client, config)
    try writer.writeEvent([1]).get()
    let before = connections.count
    try server.stopNetwork(.store)
    let failure = try XCTUnwrap(error(try writer.writeEvent([2]), within: Self.patience))
    XCTAssertEqual(failure.code, .retriesExhausted)
    XCTAssertEqual(
      failure.message,
      "The segment store of faults/s/0.#epoch.0 could not be reached in 4 attempts (nothing listens "
        + "at \(try server.storeEndpoint), the address of a segment store).")
    XCTAssertTrue(failure.hint.hasPrefix("Check that the segment store runs"), failure.hint)
    XCTAssertEqual(connections.count - before, 4)
    XCTAssertThrowsError(try writer.writeEvent([3])) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .retriesExhausted)
    }
    // Only it was given up: another of the same factory waits on, and the store comes back.
    let patient = try self.writer(client)
    let future = try patient.writeEvent([4])
    XCTAssertEqual(error(future, within: .milliseconds(200))?.code, .timeout)
    try server.startNetwork(.store)
    try future.get(timeout: Self.patience)
    XCTAssertThrowsError(try writer.close())
  }

  func testAttemptsAreCountedAnewAfterASuccess() throws {
    try makeStream("s")
    let config = try EventWriterConfig(
      initialBackoffMillis: 100, retryAttempts: 4, backoffMultiple: 1)
    let writer = try writer(try client(), config)
    // Each loss costs an attempt at least.
    for number in 0..<6 {
      try writer.writeEvent([UInt8(number)]).get(timeout: Self.patience)
      try server.stopNetwork(.store)
      try server.startNetwork(.store)
    }
    try writer.close()
  }

  func testWaitsGrowAsTheSettingsSay() throws {
    let config = try EventWriterConfig(
      initialBackoffMillis: 1000, maxBackoffMillis: 30_000, retryAttempts: 4, backoffMultiple: 10)
    let patience = WriterPatience(try XCTUnwrap(config.retryPolicy), RepairSettings())
    XCTAssertNil(patience.nextAttempt(failures: 1, attempts: 0))
    for (attempts, seconds) in [(1, 1.0), (2, 10), (3, 30)] {
      let wait = try XCTUnwrap(patience.nextAttempt(failures: attempts + 1, attempts: attempts))
      XCTAssertGreaterThan(wait.remaining, .seconds(seconds * 0.45))
      XCTAssertLessThanOrEqual(wait.remaining, .seconds(seconds))
      XCTAssertFalse(patience.isOver(since: .now, attempts: attempts))
    }
    XCTAssertTrue(patience.isOver(since: .now, attempts: 4))
  }

  func testAConfigurationWithoutRetrySettingsLeavesThemToTheLibrary() throws {
    XCTAssertNil(EventWriterConfig.default.retryPolicy)
    XCTAssertNil(try EventWriterConfig(automaticallyNoteTime: true).retryPolicy)
    let policy = try XCTUnwrap(EventWriterConfig(retryAttempts: 3).retryPolicy)
    XCTAssertEqual(
      policy,
      RetryPolicy(
        initialDelay: .milliseconds(1), multiplier: 10, attempts: 3, maxDelay: .seconds(20)))
    var repair = RepairSettings()
    repair.giveUpAfter = .seconds(1)
    let patience = WriterPatience(nil, repair)
    XCTAssertFalse(patience.isOver(since: .now, attempts: 1000))
    XCTAssertTrue(patience.isOver(since: Deadline.now.advanced(by: .seconds(-2)), attempts: 1))
  }

  // MARK: - Connections

  func testAWriterWithoutPoolingHasConnectionsOfItsOwn() throws {
    try makeStream("s", segments: 4)
    let client = try client()
    let shared = try (0..<3).map { _ in try writer(client) }
    for writer in shared { try writer.writeEvent([1]).get(timeout: Self.patience) }
    XCTAssertEqual(client.core.pool.count, 1)
    let descriptors = Self.descriptorCount

    let own = try (0..<2).map { _ in
      try writer(client, EventWriterConfig(enableConnectionPooling: false))
    }
    for writer in own {
      for key in 0..<20 { try writer.writeEvent([1], routingKey: "\(key)") }
      try writer.flush(timeout: Self.patience)
    }
    XCTAssertEqual(client.core.pool.count, 3)
    XCTAssertEqual(connections.count, 3)

    try own[0].close()
    XCTAssertEqual(client.core.pool.count, 2)
    for writer in shared + [own[1]] { try writer.writeEvent([2]).get(timeout: Self.patience) }
    try own[1].close()
    XCTAssertEqual(client.core.pool.count, 1)
    XCTAssertEqual(connections.count, 3)
    XCTAssertTrue(eventually { Self.descriptorCount == descriptors }, "a connection is left")
  }

  private static var descriptorCount: Int {
    (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
  }

  func testManyWritersWithoutPoolingLeaveNothingBehind() throws {
    try makeStream("s")
    let client = try client()
    let first = try writer(client)
    try first.writeEvent([0]).get(timeout: Self.patience)
    let descriptors = Self.descriptorCount
    for round in 0..<100 {
      let writer = try writer(client, EventWriterConfig(enableConnectionPooling: false))
      try writer.writeEvent([UInt8(round)]).get(timeout: Self.patience)
      // Some are dropped, as users do.
      if round.isMultiple(of: 2) { try writer.close() }
    }
    XCTAssertTrue(
      eventually(within: Self.patience) { client.core.pool.count == 1 }, "a writer is left")
    XCTAssertTrue(
      eventually(within: Self.patience) { Self.descriptorCount <= descriptors },
      "\(Self.descriptorCount) descriptors, \(descriptors) before")
  }

  func testConnectionsOfItsOwnComeBackAndScale() throws {
    try makeStream("s")
    let client = try client(maxConnections: 2)
    let writer = try writer(client, EventWriterConfig(enableConnectionPooling: false))
    try writer.writeEvent([1]).get(timeout: Self.patience)
    try server.stopNetwork(.store)
    try server.startNetwork(.store)
    try writer.writeEvent([2]).get(timeout: Self.patience)
    XCTAssertEqual(client.core.pool.count, 1)
    try writer.close()
    XCTAssertEqual(client.core.pool.count, 0)
    XCTAssertEqual(
      try stored(Segment(qualifiedName: "\(scope)/s/0.#epoch.0")), [[1], [2]])
  }
}

/// Counts the attempts to connect.
private final class CountingFactory: ConnectionFactory {
  private let total = Monitor(0)

  var count: Int { total.withLock { $0 } }

  func connect(
    to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt?
  ) throws(PravegaError) -> any Transport {
    total.withLock { $0 += 1 }
    return try SocketConnectionFactory().connect(
      to: endpoint, deadline: deadline, interrupt: interrupt)
  }
}
