// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaThreads
import Synchronization

/// `pravega bench write`: every writer has a thread; some events are followed to their
/// acknowledgement by a thread beside it.
struct WriteBench {
  private let settings: BenchSettings
  private let events: BenchEvents
  private let clock: BenchClock

  init(_ settings: BenchSettings, _ clock: BenchClock = .monotonic) {
    self.settings = settings
    self.clock = clock
    events = BenchEvents(settings)
  }

  func run<S: EventSink>(_ sinks: [S]) throws -> BenchReport {
    try phase(sinks, settings.warmUp, latencies: nil, progress: nil)
    let latencies = Monitor(Histogram())
    let meter = BenchMeter(serverPort: settings.connection.localControllerPort)
    try phase(
      sinks, settings.events, latencies: latencies,
      progress: ProgressLine(enabled: settings.showsProgress))
    let reading = meter.read()
    return BenchReport(
      mode: "write", events: settings.events, eventBytes: settings.size,
      segments: settings.segments, workers: ("writers", settings.writers), rate: settings.rate,
      reading: reading, latencies: latencies.withLock { $0 })
  }

  /// Writes without measuring.
  func fill<S: EventSink>(_ sink: S, _ count: Int) throws {
    var pending = PendingWrites(sink)
    for index in 0..<count {
      try pending.add(try sink.write(events.body, key: events.key(index)))
    }
    try sink.flush()
    try pending.drain()
  }

  private func phase<S: EventSink>(
    _ sinks: [S], _ total: Int, latencies: Monitor<Histogram>?, progress: ProgressLine?
  ) throws {
    let written = BenchCounter()
    let start = ContinuousClock.now
    let pace = settings.rate > 0 ? Pace(perSecond: settings.rate, clock) : nil
    let parts = sinks.count
    try BenchWorkers.run(
      parts, name: "bench-w",
      whileWaiting: {
        let rate = Double(written.value) / max(1e-9, (ContinuousClock.now - start).inSeconds)
        let percent = written.value * 100 / max(1, total)
        progress?.update("writing: \(percent) %, \(Human.rate(rate, "events"))")
      },
      { number in
        // Event i of all belongs to writer i mod parts: so is each writer's share of the pace.
        let sampler = Sampler(sinks[number], latencies: latencies, stride: sampleStride, clock)
        var own = 0
        for index in stride(from: number, to: total, by: parts) {
          try sampler.write(events, index, pace)
          own += 1
          if own & 1023 == 0 { written.add(1024) }
        }
        try sinks[number].flush()
        try sampler.finish()
      })
    progress?.clear()
  }

  /// Following each event would cost more than writing it: at a fixed rate 20,000 a second are
  /// followed, unthrottled about 4,000 in all.
  private var sampleStride: Int {
    settings.rate > 0 ? max(1, Int(settings.rate / 20_000)) : max(64, settings.events / 4000)
  }
}

/// A count that one thread shows and others add to.
final class BenchCounter: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .relaxed) }

  @discardableResult
  func add(_ more: Int) -> Int { count.wrappingAdd(more, ordering: .relaxed).newValue }
}
