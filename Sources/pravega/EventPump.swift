// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// Standard input to a stream.
struct EventPump {
  /// The largest event that a stream takes without further ado.
  static let eventLimit = 8 << 20

  private let settings: WriteSettings

  init(_ settings: WriteSettings) { self.settings = settings }

  func run(_ invocation: Invocation) throws -> ExitCode {
    let wake = try WakeUpPipe()
    let interruption = Interruption.watch { wake.signal() }
    if settings.creates { try create() }
    let cluster = try Cluster(settings.connection, scope: settings.name.scope)
    defer { cluster.close() }
    let reader = LineReader(limit: EventPump.eventLimit, wakeUp: wake.readEnd)
    let sink = try cluster.openSink(settings.name.stream)
    let count = try pump(
      from: reader, to: sink, ProgressLine(enabled: !invocation.has("no-progress")))
    try sink.close()
    let noun = count == 1 ? "event" : "events"
    try Results(invocation).one(
      "wrote \(count) \(noun) to \(settings.name)",
      ["stream": .string(settings.name.description), "events": .int(Int64(count))])
    return interruption.exitCode
  }

  private func create() throws {
    let administration = try Administration(settings.connection)
    _ = try administration.createScope(settings.name.scope)
    _ = try administration.createStream(settings.name, segments: settings.segments, tags: [])
  }

  /// Returns the number of events when all of them are acknowledged.
  private func pump<S: EventSink>(
    from reader: LineReader, to sink: S, _ progress: ProgressLine
  ) throws -> Int {
    var pending = PendingWrites(sink)
    let start = ContinuousClock.now
    var count = 0
    defer { progress.clear() }
    while let line = try reader.next() {
      let keyed = try KeyedLine(line, settings.keys, number: count + 1)
      try pending.add(try sink.write(Array(keyed.event), key: keyed.key))
      count += 1
      if count & 255 == 0 {
        let rate = Double(count) / max(1e-9, (ContinuousClock.now - start).inSeconds)
        progress.update("\(Human.count(Double(count))) events, \(Human.rate(rate, "events"))")
      }
    }
    // No flush: a long input that is on its way may take longer than one event.
    try pending.drain()
    return count
  }
}

/// Acknowledgements that were not looked at yet; few enough that a long input stays small.
struct PendingWrites<S: EventSink> {
  private let sink: S
  private var ring: [S.Acknowledgement] = []
  private var oldest = 0
  private let capacity = 64 << 10

  init(_ sink: S) { self.sink = sink }

  /// Blocks for the oldest one when there are too many.
  mutating func add(_ acknowledgement: S.Acknowledgement) throws {
    guard ring.count == capacity else { return ring.append(acknowledgement) }
    try sink.wait(for: ring[oldest])
    ring[oldest] = acknowledgement
    oldest = (oldest + 1) % capacity
  }

  /// Blocks until all are stored; throws the first failure.
  mutating func drain() throws {
    for index in ring.indices { try sink.wait(for: ring[(oldest + index) % ring.count]) }
    ring.removeAll()
  }
}
