// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega bench latency`: one event after the other, each waited for.
struct LatencyBench {
  private let settings: BenchSettings
  private let clock: BenchClock

  init(_ settings: BenchSettings, _ clock: BenchClock = .monotonic) {
    self.settings = settings
    self.clock = clock
  }

  func run(_ sink: some EventSink) throws -> BenchReport {
    let events = BenchEvents(settings)
    for index in 0..<settings.warmUp {
      try sink.wait(for: try sink.write(events.body, key: events.key(index)))
    }
    let progress = ProgressLine(enabled: settings.showsProgress)
    var histogram = Histogram()
    let meter = BenchMeter(serverPort: settings.connection.localControllerPort)
    let pace = Pace(perSecond: settings.rate, clock)
    for index in 0..<settings.events {
      pace.wait(for: index)
      try sink.wait(for: try sink.write(events.body, key: events.key(index)))
      let now = clock.now()
      let due = pace.due(index)
      histogram.record(nanoseconds: now > due ? now - due : 0)
      if index & 63 == 0 { progress.update("\(index) of \(settings.events) events") }
    }
    let reading = meter.read()
    progress.clear()
    return BenchReport(
      mode: "latency", events: settings.events, eventBytes: settings.size,
      segments: settings.segments, workers: nil, rate: settings.rate, reading: reading,
      latencies: histogram)
  }
}
