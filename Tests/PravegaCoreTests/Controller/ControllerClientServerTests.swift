// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// The client against the embedded server, over real connections.
final class ControllerClientServerTests: LeakCheckedTestCase {
  private func soon() -> Deadline { .after(.seconds(20)) }

  private func withClient(
    _ body: (ControllerClient, StandaloneServer) throws -> Void
  ) throws {
    let threads = Worker.liveCount
    let server = try StandaloneServer.start()
    let uri = try ControllerURI(server.controllerURI)
    let client = ControllerClient(ControllerSettings(uri: uri))
    do {
      try body(client, server)
    } catch {
      XCTFail("\(error)")
    }
    client.close(until: soon())
    server.close()
    XCTAssertEqual(Worker.liveCount, threads)
  }

  private let stream = PravegaStream(uncheckedScope: "s", stream: "t")

  func testScopesAndStreamsLiveAndDie() throws {
    try withClient { client, _ in
      XCTAssertTrue(try client.createScope("s", until: soon()))
      XCTAssertFalse(try client.createScope("s", until: soon()))
      XCTAssertTrue(try client.checkScopeExists("s", until: soon()))
      var scopes = client.scopes()
      XCTAssertTrue(try scopes.remaining().contains("s"))
      let config = try StreamConfiguration(
        scalingPolicy: .fixed(2), retentionPolicy: .bySizeBytes(1000), tags: ["x", "y"])
      XCTAssertTrue(try client.createStream(stream, config, until: soon()))
      XCTAssertFalse(try client.createStream(stream, config, until: soon()))
      XCTAssertTrue(try client.checkStreamExists(stream, until: soon()))
      XCTAssertEqual(try client.getStreamConfiguration(stream, until: soon()), config)
      let changed = try StreamConfiguration(scalingPolicy: .fixed(2), tags: ["z"])
      try client.updateStream(stream, changed, until: soon())
      XCTAssertEqual(try client.getStreamConfiguration(stream, until: soon()), changed)
      var streams = client.streams(inScope: "s")
      XCTAssertTrue(try streams.remaining().contains(stream))
      var tagged = client.streams(inScope: "s", tag: "z")
      XCTAssertEqual(try tagged.remaining(), [stream])
      XCTAssertThrowsError(try client.deleteStream(stream, until: soon())) {
        XCTAssertTrue(PravegaError.Code.illegalState ~= $0)
      }
      try client.sealStream(stream, until: soon())
      let current = try client.getCurrentSegments(stream, access: .write, until: soon())
      XCTAssertTrue(current.isEmpty)
      XCTAssertTrue(try client.deleteStream(stream, until: soon()))
      XCTAssertFalse(try client.deleteStream(stream, until: soon()))
      XCTAssertTrue(try client.deleteScopeRecursive("s", until: soon()))
      XCTAssertFalse(try client.deleteScope("s", until: soon()))
    }
  }

  private func prepare(_ client: ControllerClient) throws {
    _ = try client.createScope("s", until: soon())
    _ = try client.createStream(
      stream, StreamConfiguration(scalingPolicy: .fixed(2)), until: soon())
  }

  func testSegmentsAreFoundAndScaled() throws {
    try withClient { client, server in
      try prepare(client)
      let before = try client.getCurrentSegments(stream, access: .write, until: soon())
      XCTAssertEqual(before.segments.map(\.segmentID), [0, 1])
      let segment = try XCTUnwrap(before.segments.first)
      XCTAssertEqual("\(try client.getURI(segment, until: soon()))", server.storeEndpoint)
      XCTAssertTrue(try client.isSegmentOpen(segment, until: soon()))
      let head = try client.getSegments(stream, access: .read, until: soon())
      XCTAssertEqual(head.offsets, [segment: 0, Segment(stream, segmentID: 1): 0])
      let halves = [KeyRange(low: 0, high: 0.25), KeyRange(low: 0.25, high: 0.5)]
      XCTAssertTrue(
        try client.scaleStream(stream, sealing: [0], newRanges: halves, until: soon()))
      XCTAssertFalse(
        try client.scaleStream(stream, sealing: [0], newRanges: halves, until: soon()))
      let successors = try client.getSegmentsImmediatelyFollowing(segment, until: soon())
      let after = try before.replacing(segment, by: successors)
      let current = try client.getCurrentSegments(stream, access: nil, until: soon())
      XCTAssertEqual(after.segments, current.segments)
      XCTAssertEqual(
        try client.getEpochSegments(stream, epoch: 0, until: soon()).segments, before.segments)
      let from = StreamCut.bounded(
        stream, positions: [segment: 0, Segment(stream, segmentID: 1): 0])
      XCTAssertTrue(try client.isStreamCutValid(stream, from, until: soon()))
      let between = try client.getSegmentsBetween(
        stream, from: from, to: .unbounded, until: soon())
      XCTAssertEqual(Set(between.segments), Set(before.segments + current.segments))
    }
  }

  func testTransactionsCommitAndAbort() throws {
    try withClient { client, _ in
      try prepare(client)
      let first = try client.createTransaction(stream, leaseMillis: 30_000, until: soon())
      XCTAssertEqual(first.segments.segments.count, 2)
      let status = try client.pingTransaction(
        stream, first.id, leaseMillis: 30_000, until: soon())
      XCTAssertEqual(status, .open)
      XCTAssertEqual(try client.checkTransactionStatus(stream, first.id, until: soon()), .open)
      try client.commitTransaction(
        stream, first.id, writer: "w", timestamp: nil, until: soon())
      let second = try client.createTransaction(stream, leaseMillis: 30_000, until: soon())
      try client.abortTransaction(stream, second.id, until: soon())
      XCTAssertThrowsError(
        try client.commitTransaction(
          stream, second.id, writer: "w", timestamp: nil, until: soon())
      ) { XCTAssertTrue(PravegaError.Code.txnFailed ~= $0) }
      XCTAssertThrowsError(
        try client.checkTransactionStatus(stream, UniqueID(high: 0, low: 99), until: soon())
      ) { XCTAssertTrue(PravegaError.Code.txnFailed ~= $0) }
    }
  }

  func testReaderGroupsAreCreatedChangedAndDeleted() throws {
    try withClient { client, _ in
      try prepare(client)
      let config = try ReaderGroupConfig.builder().stream(stream)
        .retentionType(.automaticReleaseAtLastCheckpoint).build()
        .with(id: .random(), generation: 0)
      let created = try client.createReaderGroup(
        scope: "s", group: "g", config, until: soon())
      XCTAssertEqual(created, config)
      XCTAssertEqual(created.readerGroupID, config.readerGroupID)
      let stored = try client.getReaderGroupConfig(scope: "s", group: "g", until: soon())
      XCTAssertEqual(stored, config)
      XCTAssertEqual(try client.listSubscribers(stream, until: soon()), ["s/g"])
      let cut = StreamCut.bounded(
        stream,
        positions: [
          Segment(stream, segmentID: 0): 0, Segment(stream, segmentID: 1): 0,
        ])
      try client.updateSubscriberStreamCut(
        stream, subscriber: "s/g", id: created.readerGroupID, generation: created.generation,
        cut: cut, until: soon())
      let generation = try client.updateReaderGroup(
        scope: "s", group: "g", created, until: soon())
      XCTAssertEqual(generation, created.generation + 1)
      XCTAssertThrowsError(
        try client.updateReaderGroup(scope: "s", group: "g", created, until: soon())
      ) { XCTAssertTrue(PravegaError.Code.configMismatch ~= $0) }
      try client.deleteReaderGroup(
        scope: "s", group: "g", id: created.readerGroupID, until: soon())
      XCTAssertThrowsError(
        try client.getReaderGroupConfig(scope: "s", group: "g", until: soon())
      ) { XCTAssertTrue(PravegaError.Code.readerGroupNotFound ~= $0) }
      XCTAssertThrowsError(
        try client.getReaderGroupConfig(scope: "none", group: "g", until: soon())
      ) { XCTAssertTrue(PravegaError.Code.readerGroupNotFound ~= $0) }
    }
  }

  func testTablesAreCreatedListedAndDeleted() throws {
    try withClient { client, _ in
      _ = try client.createScope("s", until: soon())
      let table = KeyValueTableInfo(scope: "s", keyValueTableName: "k")
      let config = try KeyValueTableConfiguration(
        partitionCount: 3, primaryKeyLength: 8, secondaryKeyLength: 4)
      XCTAssertTrue(try client.createKeyValueTable(table, config, until: soon()))
      XCTAssertFalse(try client.createKeyValueTable(table, config, until: soon()))
      XCTAssertEqual(try client.getKeyValueTableConfiguration(table, until: soon()), config)
      var tables = client.keyValueTables(inScope: "s")
      XCTAssertEqual(try tables.remaining(), [table])
      let segments = try client.getCurrentSegmentsKeyValueTable(table, until: soon())
      XCTAssertEqual(segments.segments.count, 3)
      XCTAssertTrue(try client.deleteKeyValueTable(table, until: soon()))
      XCTAssertThrowsError(try client.getKeyValueTableConfiguration(table, until: soon())) {
        XCTAssertTrue(PravegaError.Code.noSuchTable ~= $0)
      }
    }
  }

  func testWritersTimesAreNoted() throws {
    try withClient { client, _ in
      try prepare(client)
      let position = WriterPosition([
        Segment(stream, segmentID: 0): 100, Segment(stream, segmentID: 1): -1,
      ])
      try client.noteTimestampFromWriter(
        "w", stream, timestamp: 1000, position: position, until: soon())
      XCTAssertThrowsError(
        try client.noteTimestampFromWriter(
          "w", stream, timestamp: 999, position: position, until: soon())
      ) { XCTAssertTrue(PravegaError.Code.invalidArgument ~= $0) }
      try client.removeWriter("w", stream, until: soon())
    }
  }

  func testTheClusterIsAskedAboutItself() throws {
    try withClient { client, server in
      try client.ping(until: soon())
      XCTAssertEqual(
        try client.getControllerServerList(until: soon()).map { "tcp://\($0)" },
        [server.controllerURI])
      _ = try client.getDelegationToken(stream, access: .read, until: soon())
      // It came after the version that the server speaks like.
      XCTAssertThrowsError(try client.getControllerToBucketMapping(.retention, until: soon())) {
        XCTAssertTrue(PravegaError.Code.unsupportedOperation ~= $0)
      }
    }
  }

  func testADiscoveredServerIsUsed() throws {
    try withClient { client, server in
      try prepare(client)
      let uri = try ControllerURI("pravega" + server.controllerURI.dropFirst("tcp".count))
      let other = ControllerClient(ControllerSettings(uri: uri))
      defer { other.close(until: soon()) }
      XCTAssertTrue(try other.checkStreamExists(stream, until: soon()))
    }
  }

  func testMistakesAreExplainedInTime() throws {
    let server = try StandaloneServer.start()
    defer { server.close() }
    let free = try XCTUnwrap(Endpoint(parsing: "127.0.0.1:1"))
    let cases: [(uri: String, code: PravegaError.Code, part: String)] = [
      ("tcp://\(free)", .connectionFailed, "Nothing listens at 127.0.0.1:1."),
      ("tcp://\(server.storeEndpoint)", .connectionFailed, "not a segment store's"),
      ("tcp://no.such.host.invalid:9090", .connectionFailed, "is not known"),
    ]
    for (uri, code, part) in cases {
      var settings = ControllerSettings(uri: try ControllerURI(uri))
      settings.connectTimeout = .seconds(1)
      let client = ControllerClient(settings)
      let start = Deadline.now
      XCTAssertThrowsError(try client.ping(until: soon())) {
        XCTAssertTrue(code ~= $0, uri)
        XCTAssertTrue("\($0)".contains(part), "\($0)")
      }
      XCTAssertLessThan(Deadline.now.nanoseconds - start.nanoseconds, 3_000_000_000)
      client.close(until: soon())
    }
  }
}
