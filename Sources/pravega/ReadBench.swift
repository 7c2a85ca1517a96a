// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaThreads

/// `pravega bench read`: readers of one group, a thread each, until all events have come.
struct ReadBench {
  /// Without an event for this long the benchmark gives up.
  static let patience = Duration.seconds(30)

  private let settings: BenchSettings
  private let progress = BenchCounter()
  private let clock = ReadClock()

  init(_ settings: BenchSettings) { self.settings = settings }

  func run(_ open: @escaping @Sendable (Int) throws -> some EventSource) throws -> BenchReport {
    let line = ProgressLine(enabled: settings.showsProgress)
    clock.start(settings.connection.localControllerPort)
    let total = settings.events + settings.warmUp
    try BenchWorkers.run(
      settings.readers, name: "bench-r",
      whileWaiting: { line.update("read \(Human.count(Double(progress.value))) events") },
      { number in
        let source = try open(number)
        try drain(source, total)
        try source.close()
      })
    line.clear()
    guard let reading = clock.reading else {
      throw Program.Report("only \(progress.value) of \(total) events came")
    }
    return BenchReport(
      mode: "read", events: settings.events, eventBytes: settings.size,
      segments: settings.segments, workers: ("readers", settings.readers), reading: reading,
      latencies: nil)
  }

  private func drain(_ source: some EventSource, _ total: Int) throws {
    var unreported = 0
    var lastEvent = ContinuousClock.now
    while progress.value < total {
      switch try source.next(timeout: .milliseconds(200)) {
      case .event:
        unreported += 1
        guard unreported == 256 else { continue }
        lastEvent = .now
      case .nothing:
        if unreported > 0 { lastEvent = .now }
        if ContinuousClock.now - lastEvent > ReadBench.patience { return }
      case .end: return report(unreported, total)
      }
      report(unreported, total)
      unreported = 0
    }
  }

  private func report(_ count: Int, _ total: Int) {
    let sum = progress.add(count)
    if sum >= settings.warmUp, sum - count < settings.warmUp {
      clock.start(settings.connection.localControllerPort)
    }
    if sum >= total, sum - count < total { clock.stop() }
  }
}

/// Starts after the warm-up and stops at the last event, whichever reader meets them.
final class ReadClock: Sendable {
  private let state = Monitor<(meter: BenchMeter?, reading: BenchMeter.Reading?)>((nil, nil))

  var reading: BenchMeter.Reading? { state.withLock { $0.reading } }

  func start(_ serverPort: UInt16?) {
    let meter = BenchMeter(serverPort: serverPort)
    state.withLock { $0.meter = meter }
  }

  func stop() {
    let reading = state.withLock { $0.meter }?.read()
    state.withLock { $0.reading = reading }
  }
}
