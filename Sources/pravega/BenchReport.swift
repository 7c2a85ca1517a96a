// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// What a run measured, printed under the names that other benchmark programs of Pravega use.
struct BenchReport {
  var peer = "swift"
  var mode: String
  var events: Int
  var eventBytes: Int
  var segments: Int
  /// Writers or readers, and how many.
  var workers: (name: String, count: Int)?
  var rate: Double = 0
  var reading: BenchMeter.Reading
  var latencies: Histogram?
  /// Further members of the JSON form.
  var extra: JSONObject = [:]

  private var wallSeconds: Double { reading.wallSeconds }
  private var cpuSeconds: Double { reading.cpuSeconds }
  private var serverCPUSeconds: Double? { reading.serverCPUSeconds }
  private var peakResidentMiB: Double { reading.peakResidentMiB }
  var eventsPerSecond: Double { wallSeconds > 0 ? Double(events) / wallSeconds : 0 }
  var megabytesPerSecond: Double { eventsPerSecond * Double(eventBytes) / 1e6 }

  private static let percentiles: [(String, String, Double)] = [
    ("p50_ms", "p50", 0.5), ("p90_ms", "p90", 0.9), ("p99_ms", "p99", 0.99),
    ("p999_ms", "p99.9", 0.999), ("p9999_ms", "p99.99", 0.9999),
  ]

  private func perEvent(_ seconds: Double) -> Double {
    events > 0 ? seconds / Double(events) * 1e6 : 0
  }

  var json: JSONObject {
    var object: JSONObject = [
      "peer": .string(peer), "mode": .string(mode), "events": .int(Int64(events)),
      "event_bytes": .int(Int64(eventBytes)), "segments": .int(Int64(segments)),
    ]
    if let workers { object[workers.name] = .int(Int64(workers.count)) }
    if rate > 0 { object["rate"] = .double(rate) }
    for member in extra.members { object[member.name] = member.value }
    object["wall_s"] = .rounded(wallSeconds, 3)
    object["events_per_s"] = .double(eventsPerSecond.rounded())
    object["mb_per_s"] = .rounded(megabytesPerSecond, 2)
    object["cpu_s"] = .rounded(cpuSeconds, 3)
    object["cpu_us_per_event"] = .rounded(perEvent(cpuSeconds), 3)
    if let serverCPUSeconds {
      object["server_cpu_s"] = .rounded(serverCPUSeconds, 3)
      object["server_cpu_us_per_event"] = .rounded(perEvent(serverCPUSeconds), 3)
    }
    object["peak_rss_mib"] = .rounded(peakResidentMiB, 1)
    if let latencies, latencies.count > 0 {
      for (name, _, fraction) in BenchReport.percentiles {
        object[name] = .rounded(latencies.milliseconds(fraction), 3)
      }
      object["max_ms"] = .rounded(Double(latencies.maximum) / 1e6, 3)
    }
    return object
  }

  var text: String {
    var lines = [
      "\(Human.count(Double(events))) events of \(Human.byteCount(Double(eventBytes))) in "
        + "\(Human.duration(.seconds(wallSeconds))): \(Human.rate(eventsPerSecond, "events")), "
        + "\(Human.fixed(megabytesPerSecond, 1)) MB/s",
      "client: \(Human.fixed(perEvent(cpuSeconds), 3)) us of CPU per event, "
        + "\(Human.fixed(peakResidentMiB, 1)) MiB at most",
    ]
    if let serverCPUSeconds {
      lines.append("server: \(Human.fixed(perEvent(serverCPUSeconds), 3)) us of CPU per event")
    }
    if let latencies, latencies.count > 0 {
      let parts = BenchReport.percentiles.map { _, name, fraction in
        "\(name) \(Human.fixed(latencies.milliseconds(fraction), 3))"
      }
      let most = Human.fixed(Double(latencies.maximum) / 1e6, 3)
      lines.append("latency, ms: \(parts.joined(separator: ", ")), max \(most)")
    }
    return lines.joined(separator: "\n")
  }

  func publish(_ invocation: Invocation) throws {
    if let file = invocation.string("plot"), let latencies {
      let title = "\(mode): \(events) events of \(eventBytes) bytes, \(segments) segments"
      let plot = PercentilePlot(title: title, series: [.init("pravega \(mode)", latencies)])
      try TextFile.write(plot.svg, to: file)
    }
    try Results(invocation).one(text, json)
  }
}
