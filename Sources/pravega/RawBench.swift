// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaNet
import PravegaThreads

/// `pravega bench raw`: what the server can take from a sender without any client logic.
///
/// Segments are created straight on the store. Their blocks are made beforehand, sent round robin
/// with a limited number unacknowledged per segment; only event numbers are patched in between.
struct RawBench {
  private let events: Int
  private let size: Int
  private let segments: Int
  private let window: Int
  private let eventsPerBlock: Int
  private let connection: BareConnection
  private let store: Endpoint
  private var blocks: [BareBlock] = []

  static func run(_ invocation: Invocation) throws -> ExitCode {
    var bench = try RawBench(invocation)
    let report = try bench.run()
    try report.publish(invocation)
    return .ok
  }

  private init(_ invocation: Invocation) throws {
    events = try invocation.int("events", default: 1_000_000, in: 1...1_000_000_000)
    size = try invocation.byteCount("size", default: 100)
    segments = try invocation.int("segments", default: 4, in: 1...10_000)
    window = try invocation.int("window", default: 8, in: 1...10_000)
    let block = try invocation.byteCount("block", default: size > 1024 ? 1 << 20 : 64 << 10)
    guard (1...BenchSettings.maxSize).contains(size), (1...BenchSettings.maxSize).contains(block)
    else { throw invocation.usage("--size and --block want 1 to \(BenchSettings.maxSize) bytes") }
    eventsPerBlock = max(1, block / (size + BareBlock.eventHeaderSize))
    let settings = try Connection(invocation)
    let text =
      try invocation.string("store") ?? Administration(settings).storeAddress()
    guard let endpoint = Endpoint(parsing: text) else {
      throw invocation.usage("--store wants HOST:PORT, not '\(text)'")
    }
    store = endpoint
    connection = try BareConnection(to: endpoint, timeout: settings.timeout)
  }

  private mutating func run() throws -> BenchReport {
    defer { connection.close() }
    try connection.greet()
    try makeSegments()
    let isLocal = ["localhost", "127.0.0.1", "::1"].contains(store.host)
    let meter = BenchMeter(serverPort: isLocal ? store.port : nil)
    let sent = try sendAll()
    let reading = meter.read()
    for block in blocks { try connection.request(BareFrame.deleteSegment(block.segment)) }
    var report = BenchReport(
      mode: "write", events: sent, eventBytes: size, segments: segments, workers: nil,
      reading: reading, latencies: nil)
    report.peer = "raw"
    report.extra = [
      "block_bytes": .int(Int64(eventsPerBlock * (size + BareBlock.eventHeaderSize))),
      "window": .int(Int64(window)),
    ]
    return report
  }

  private mutating func makeSegments() throws {
    let run = String(UInt32.random(in: 0...UInt32.max), radix: 16)
    for index in 0..<segments {
      let name = "rawlimit/\(run)/\(index).#epoch.0"
      let block = BareBlock(
        segment: name, writer: (0..<16).map { _ in UInt8.random(in: 0...255) },
        requestID: Int64(index), eventCount: eventsPerBlock, eventSize: size)
      try connection.request(BareFrame.createSegment(name))
      try connection.request(BareFrame.setupAppend(block))
      blocks.append(block)
    }
  }

  /// Returns the number of events sent, which is whole blocks.
  private mutating func sendAll() throws -> Int {
    let blockCount = (events + eventsPerBlock - 1) / eventsPerBlock
    let byWriter = Dictionary(
      uniqueKeysWithValues: blocks.indices.map { (blocks[$0].writer, $0) })
    var sent = 0
    var acknowledged = 0
    while acknowledged < blockCount {
      var hasRoom = true
      while hasRoom, sent < blockCount {
        hasRoom = false
        for index in blocks.indices where sent < blockCount && blocks[index].inFlight < window {
          try connection.send(blocks[index].next())
          sent += 1
          hasRoom = true
        }
      }
      try connection.receive { reply in
        guard let (writer, number) = reply.dataAppended, let index = byWriter[writer] else {
          throw BareConnection.unexpected(reply.type, "an acknowledgement")
        }
        acknowledged += blocks[index].acknowledge(number)
      }
    }
    return blockCount * eventsPerBlock
  }
}
