// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCLIKit
import PravegaCore
import PravegaNet
import PravegaThreads
import PravegaWire

/// Scopes and streams of a cluster, as the commands need them. Each call blocks for `--timeout` at
/// most.
final class Administration {
  private let client: Client
  private var controller: ControllerClient { client.controller }

  init(_ connection: Connection) throws { client = try Client(connection.configuration()) }

  deinit { client.close() }

  /// How long the controller took to answer.
  func ping() throws -> Duration {
    let start = ContinuousClock.now
    try controller.ping(until: client.deadline)
    return ContinuousClock.now - start
  }

  /// `HOST:PORT` of a segment store, as the controller names it.
  func storeAddress() throws -> String {
    let anySegment = Segment(scope: "rawlimit", stream: "any", segmentID: 0)
    return try controller.getURI(anySegment, until: client.deadline).description
  }

  // MARK: - Scopes

  /// Whether it is new.
  func createScope(_ scope: String) throws -> Bool {
    try controller.createScope(scope, until: client.deadline)
  }

  func scopes() throws -> [String] {
    let client = client
    var scopes = BlockingIterator { (token) throws(PravegaError) in
      try client.controller.listScopes(after: token, until: client.deadline)
    }
    return try scopes.remaining().sorted()
  }

  /// Whether it existed.
  func deleteScope(_ scope: String, recursive: Bool) throws -> Bool {
    guard recursive else { return try controller.deleteScope(scope, until: client.deadline) }
    // A controller answers the recursive form as done also when there was nothing.
    guard try controller.checkScopeExists(scope, until: client.deadline) else { return false }
    return try controller.deleteScopeRecursive(scope, until: client.deadline)
  }

  // MARK: - Streams

  /// Whether it is new.
  func createStream(_ name: StreamName, segments: Int, tags: [String]) throws -> Bool {
    let configuration = try StreamConfiguration(
      scalingPolicy: .fixed(Int32(segments)), tags: Set(tags))
    return try controller.createStream(
      name.pravegaStream(), configuration, until: client.deadline)
  }

  func streams(scope: String, tag: String?) throws -> [String] {
    let client = client
    var streams = BlockingIterator { (token) throws(PravegaError) in
      guard let tag else {
        return try client.controller.listStreams(
          inScope: scope, after: token, until: client.deadline)
      }
      return try client.controller.listStreams(
        inScope: scope, tag: tag, after: token, until: client.deadline)
    }
    return try streams.remaining().map(\.streamName).sorted()
  }

  func describe(_ name: StreamName) throws -> StreamDescription {
    let stream = try name.pravegaStream()
    let configuration = try controller.getStreamConfiguration(stream, until: client.deadline)
    let current = try controller.currentSegments(of: stream, until: client.deadline)
    let head = try controller.getSegments(stream, access: .read, until: client.deadline)
    var description = StreamDescription(configuration, isSealed: current.isEmpty)
    let shown = current.isEmpty ? head.offsets.keys.sorted() : current.segments
    let ranges = Dictionary(
      current.entries.map { ($0.segment.segment, $0.segment.range) }, uniquingKeysWith: { $1 })
    for segment in shown {
      let info = try info(segment)
      description.segments.append(
        .init(
          name: segment.qualifiedName, range: ranges[segment].flatMap { $0 },
          head: max(info.startOffset, head.offsets[segment] ?? 0), tail: info.writeOffset))
    }
    return description
  }

  /// Where each current segment ends now; unbounded when the stream is sealed, since its end is the
  /// end then.
  func tail(_ name: StreamName) throws -> StreamCut {
    let stream = try name.pravegaStream()
    let current = try controller.currentSegments(of: stream, until: client.deadline)
    guard !current.isEmpty else { return .unbounded }
    var positions: [Segment: Int64] = [:]
    for segment in current.segments { positions[segment] = try info(segment).writeOffset }
    return .bounded(stream, positions: positions)
  }

  private func info(_ segment: Segment) throws -> StreamSegmentInfo {
    try RawClient(client.core, segment: segment, access: .read).call(
      "getSegmentInfo", expecting: StreamSegmentInfo.self, until: client.deadline
    ) { requestID, token in
      var request = GetStreamSegmentInfo()
      request.requestID = requestID
      request.segmentName = segment.qualifiedName
      request.delegationToken = token
      return request
    }
  }

  /// Blocks until the new segments are in use.
  func scale(_ name: StreamName, to segments: Int) throws {
    let stream = try name.pravegaStream()
    let current = try controller.currentSegments(of: stream, until: client.deadline)
    guard !current.isEmpty else {
      throw Program.Report(
        "the stream '\(name)' is sealed", hint: "Only an open stream can be scaled.",
        exitCode: .conflict, code: "segmentSealed")
    }
    let width = 1 / Double(segments)
    let ranges = (0..<segments).map {
      KeyRange(low: Double($0) * width, high: $0 == segments - 1 ? 1 : Double($0 + 1) * width)
    }
    let done = try controller.scaleStream(
      stream, sealing: current.segments.map(\.segmentID), newRanges: ranges,
      until: client.deadline)
    guard done else {
      throw Program.Report(
        "the controller does not scale '\(name)' to \(segments) segments",
        hint: "They may be fewer than its scaling policy allows, or another scale is under way.",
        exitCode: .conflict)
    }
  }

  func truncate(_ name: StreamName) throws {
    let cut = try tail(name)
    guard case .bounded = cut else {
      throw Program.Report(
        "the stream '\(name)' is sealed",
        hint: "Only an open stream can be truncated; delete this one.", exitCode: .conflict,
        code: "segmentSealed")
    }
    try controller.truncateStream(name.pravegaStream(), at: cut, until: client.deadline)
  }

  func seal(_ name: StreamName) throws {
    try controller.sealStream(name.pravegaStream(), until: client.deadline)
  }

  /// Whether it existed.
  func delete(_ name: StreamName) throws -> Bool {
    try controller.deleteStream(name.pravegaStream(), until: client.deadline)
  }
}
