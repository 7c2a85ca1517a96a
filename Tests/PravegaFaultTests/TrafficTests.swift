// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

/// For the same work this client asks no more of controller and stores than the Java client did in
/// the recordings: no more connections, round trips, bytes and calls. What is more has its reason
/// here.
final class TrafficTests: LeakCheckedTestCase {
  private struct Rig {
    let server: StandaloneServer
    let recorder = TrafficRecorder()
    let controller: ControllerClient
    let core: ClientCore
    let stream: PravegaStream

    init(_ scope: String, segments: Int32) throws {
      var configuration = StandaloneServer.Configuration()
      configuration.seeds = [.init(scope: scope, stream: "s", segments: segments)]
      server = try StandaloneServer.start(configuration)
      let recorder = recorder
      controller = ControllerClient(
        ControllerSettings(uri: try ControllerURI(server.controllerURI))
      ) { recorder.controller($0) }
      core = ClientCore(directory: controller, factory: recorder)
      stream = PravegaStream(uncheckedScope: scope, stream: "s")
    }

    func close() {
      core.close()
      controller.close(until: .after(.seconds(5)))
      server.close()
    }

    func writer() throws -> StreamWriter {
      try StreamWriter(
        stream: stream, segments: controller.currentSegments(of: stream, until: TrafficTests.soon),
        environment: core)
    }
  }

  private static var soon: Deadline { .after(.seconds(30)) }

  @discardableResult
  private func write(_ writer: StreamWriter, _ text: String, _ fraction: Double) throws
    -> WriteFuture
  {
    try EventBuffer.withScratch { buffer in
      buffer.append(text)
      return try writer.write(buffer, fraction: fraction, until: Self.soon)
    }
  }

  /// - Parameter reasons: calls or frames of which there may be so many more than Java's, and why.
  private func compare(
    _ ours: Traffic, _ java: Traffic, reasons: [String: (more: Int, why: String)] = [:],
    bytesMore: Int = 0, line: UInt = #line
  ) {
    XCTAssertFalse(java.frames.isEmpty, "the recording was not found", line: line)
    XCTAssertLessThanOrEqual(ours.connections, java.connections, "connections", line: line)
    XCTAssertLessThanOrEqual(ours.roundTrips, java.roundTrips, "\(ours) \(java)", line: line)
    XCTAssertLessThanOrEqual(ours.byteCount, java.byteCount + bytesMore, "bytes", line: line)
    for (name, count) in ours.frames.merging(ours.calls, uniquingKeysWith: +) {
      let theirs = (java.frames[name] ?? 0) + (java.calls[name] ?? 0)
      let more = reasons[name]?.more ?? 0
      XCTAssertLessThanOrEqual(count, theirs + more, name, line: line)
    }
  }

  func testTenEventsOverTwoSegments() throws {
    let rig = try Rig("scope-write-small-2", segments: 2)
    defer { rig.close() }
    let writer = try rig.writer()
    for index in 0..<10 { try write(writer, "event-\(index)", index < 3 ? 0.25 : 0.75) }
    try writer.flush(until: Self.soon)
    writer.close()
    compare(
      try rig.recorder.take(),
      try RecordedTraffic.of("write-small", from: "createEventWriter", to: "fetchStreamInfo"))
  }

  func testOneEventAtATime() throws {
    let rig = try Rig("scope-write-sync", segments: 1)
    defer { rig.close() }
    let writer = try rig.writer()
    for index in 0..<5 { try write(writer, "event-\(index)", 0.5).wait(until: Self.soon) }
    writer.close()
    let ours = try rig.recorder.take()
    XCTAssertEqual(ours.frames["AppendBlockEnd"], 5)
    compare(
      ours,
      try RecordedTraffic.of("write-sync", from: "StreamManager closed", to: "fetchStreamInfo"))
  }

  func testAGroupIsMadeAndItsReaderReads() throws {
    let rig = try Rig("scope-rg-create-and-read", segments: 2)
    defer { rig.close() }
    let writer = try rig.writer()
    for index in 0..<10 { try write(writer, "event-\(index)", index < 5 ? 0.25 : 0.75) }
    try writer.flush(until: Self.soon)
    writer.close()
    _ = try rig.recorder.take()

    let groups = ReaderGroups(rig.core, rig.controller, scope: rig.stream.scope)
    let config = try ReaderGroupConfig.builder().stream(rig.stream.scopedName).build()
    XCTAssertTrue(try groups.create("g", config, until: Self.soon))
    compare(
      try rig.recorder.take(),
      try RecordedTraffic.of(
        "rg-create-and-read", from: "createReaderGroup", to: "createReaderGroup again"))

    let reader = try groups.join("g", as: "r", until: Self.soon)
    var count = 0
    while count < 10 {
      switch try reader.readNextBytes(until: Self.soon, { _ in }) {
      case .event: count += 1
      case .checkpoint: continue
      case .timeout, .endOfData: return XCTFail("\(count) events")
      }
    }
    XCTAssertEqual(count, 10)
    compare(
      try rig.recorder.take(),
      try RecordedTraffic.of("rg-create-and-read", from: "createReader", to: "readNextEvent(1500)"))
    try reader.close(until: Self.soon)
  }
}
