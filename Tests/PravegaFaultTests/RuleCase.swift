// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaCore

/// What a controller would say, decided by the test.
final class FixedDirectory: SegmentDirectory {
  struct Contents: Sendable {
    var endpoint: Endpoint
    var successors: [Int64: StreamSegmentSuccessors] = [:]
    var askedEndpoints = 0
    var askedSuccessors = 0
    /// Runs before the successors are told: may wait, and may throw.
    var beforeSuccessors: @Sendable (_ question: Int) throws(PravegaError) -> Void = { _ in }
    var askedTokens = 0
    var token: @Sendable (Int) -> String = { _ in "" }
  }

  let contents: Monitor<Contents>

  init(_ endpoint: Endpoint) { contents = Monitor(Contents(endpoint: endpoint)) }

  func currentSegments(
    of stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments { .empty }

  func successors(
    of segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegmentSuccessors {
    let (body, count) = contents.withLock { contents in
      contents.askedSuccessors += 1
      return (contents.beforeSuccessors, contents.askedSuccessors)
    }
    try body(count)
    let known = contents.withLock { $0.successors[segment.segmentID] }
    return known ?? StreamSegmentSuccessors([])
  }

  func endpoint(
    of segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> Endpoint {
    contents.withLock { contents in
      contents.askedEndpoints += 1
      return contents.endpoint
    }
  }

  func delegationToken(
    for stream: PravegaStream, access: PravegaCore.TokenAccess, until deadline: Deadline
  ) throws(PravegaError) -> String {
    let (make, count) = contents.withLock { contents in
      contents.askedTokens += 1
      return (contents.token, contents.askedTokens)
    }
    return make(count)
  }
}

/// A client engine, a store that answers as the test says, and a stream.
class RuleCase: LeakCheckedTestCase {
  let stream = PravegaStream(uncheckedScope: "scope", stream: "s")
  private var closers: [() -> Void] = []

  override func tearDown() {
    for close in closers.reversed() { close() }
    closers = []
  }

  func segment(_ number: Int32, epoch: Int32 = 0) -> Segment {
    Segment(stream, segmentID: Segment.id(number: number, epoch: epoch))
  }

  func store(_ handler: @escaping AnsweringStore.Handler) throws -> AnsweringStore {
    let store = try AnsweringStore(handler)
    closers.append { store.close() }
    return store
  }

  func client(
    _ directory: FixedDirectory, connections: Int = 1,
    connectTimeout: Duration = .seconds(5), log: Logger = Logger(nil),
    factory: any ConnectionFactory = SocketConnectionFactory(),
    tune: (inout EngineSettings) -> Void = { _ in }
  ) -> ClientCore {
    var settings = EngineSettings()
    settings.maxConnectionsPerSegmentStore = connections
    settings.connectTimeout = connectTimeout
    tune(&settings)
    let core = ClientCore(
      directory: directory, factory: factory, settings: settings, log: log)
    closers.append { core.close() }
    return core
  }

  /// A writer of segments that share the key space evenly.
  func writer(_ core: ClientCore, segments count: Int32 = 1) throws -> StreamWriter {
    let width = 1 / Double(count)
    let segments = (0..<count).map { number in
      SegmentWithRange(
        segment(number),
        KeyRange(low: Double(number) * width, high: Double(number + 1) * width))
    }
    let writer = try StreamWriter(
      stream: stream, segments: StreamSegments(segments), environment: core)
    closers.append { writer.close() }
    return writer
  }

  /// Segment 0 is replaced by 1 and 2 of the next epoch, half of the keys each.
  func split(_ directory: FixedDirectory) {
    let old = segment(0).segmentID
    let successors = StreamSegmentSuccessors([
      (SegmentWithRange(segment(1, epoch: 1), KeyRange(low: 0, high: 0.5)), [old]),
      (SegmentWithRange(segment(2, epoch: 1), KeyRange(low: 0.5, high: 1)), [old]),
    ])
    directory.contents.withLock { $0.successors[old] = successors }
  }

  /// Segments 0 and 1 are replaced by segment 2 of the next epoch.
  func merge(_ directory: FixedDirectory) {
    let old = [segment(0).segmentID, segment(1).segmentID]
    let successors = StreamSegmentSuccessors([
      (SegmentWithRange(segment(2, epoch: 1), KeyRange(low: 0, high: 1)), old)
    ])
    directory.contents.withLock { contents in
      for id in old { contents.successors[id] = successors }
    }
  }

  @discardableResult
  func write(
    _ writer: StreamWriter, _ fraction: Double = 0.25, byteCount: Int = 10,
    until deadline: Deadline = .after(.seconds(10))
  ) throws -> WriteFuture {
    try writer.put(fraction, byteCount: byteCount, until: deadline)
  }

  func failure(_ body: () throws -> Void) -> PravegaError? {
    do { try body() } catch { return error as? PravegaError }
    return nil
  }

  /// A web token without a signature.
  static func token(expiringIn seconds: Int64, number: Int) -> String {
    let body = Array("{\"n\":\(number),\"exp\":\(WallClock.secondsSince1970 + seconds)}".utf8)
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    var text: [UInt8] = []
    var bits = 0
    var value = 0
    for byte in body {
      value = (value << 8 | Int(byte)) & 0xffff
      bits += 8
      while bits >= 6 {
        bits -= 6
        text.append(alphabet[value >> bits & 63])
      }
    }
    if bits > 0 { text.append(alphabet[value << (6 - bits) & 63]) }
    return "h.\(String(decoding: text, as: UTF8.self)).s"
  }
}

extension StreamWriter {
  /// Whether a segment stops sending because its token expires soon.
  var isDraining: Bool { monitor.withLock { $0.appenders.values.contains { $0.isDraining } } }

  /// Writes an event.
  @discardableResult
  func put(
    _ fraction: Double, _ payload: [UInt8], until deadline: Deadline = .after(.seconds(10))
  ) throws -> WriteFuture {
    try EventBuffer.withScratch { buffer in
      buffer.append(payload)
      return try write(buffer, fraction: fraction, until: deadline)
    }
  }

  /// Writes an event of so many bytes.
  @discardableResult
  func put(_ fraction: Double = 0.25, byteCount: Int, until deadline: Deadline) throws
    -> WriteFuture
  {
    try put(fraction, [UInt8](repeating: 7, count: byteCount), until: deadline)
  }
}

extension AppendBlockEnd {
  /// The payloads in the block.
  var events: [[UInt8]] {
    var events: [[UInt8]] = []
    var rest = data[...]
    while rest.count >= 8 {
      let count = rest.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
      events.append(Array(rest.dropFirst(8).prefix(count)))
      rest = rest.dropFirst(8 + count)
    }
    return events
  }
}
