// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaThreads

/// Runs the benchmarks that go through the client: makes the stream, measures, deletes it.
enum BenchRunner {
  static func write(_ settings: BenchSettings, _ invocation: Invocation) throws -> ExitCode {
    try withStream(settings) { cluster in
      let sinks = try (0..<settings.writers).map { _ in try cluster.openSink(settings.name.stream) }
      let report = try WriteBench(settings).run(sinks)
      for sink in sinks { try sink.close() }
      try report.publish(invocation)
    }
  }

  static func latency(_ settings: BenchSettings, _ invocation: Invocation) throws -> ExitCode {
    try withStream(settings) { cluster in
      let sink = try cluster.openSink(settings.name.stream)
      let report = try LatencyBench(settings).run(sink)
      try sink.close()
      try report.publish(invocation)
    }
  }

  static func read(_ settings: BenchSettings, _ invocation: Invocation) throws -> ExitCode {
    try withStream(settings) { cluster in
      if settings.writesFirst {
        let sink = try cluster.openSink(settings.name.stream)
        try WriteBench(settings).fill(sink, settings.events + settings.warmUp)
        try sink.close()
      }
      let group = "bench-\(UInt64.random(in: 0...UInt64.max))"
      _ = try cluster.createGroup(group, settings.name, GroupBounds())
      defer { try? cluster.deleteGroup(group) }
      let report = try ReadBench(settings).run { number in
        try cluster.openSource(group: group, reader: "\(group)-\(number)")
      }
      try report.publish(invocation)
    }
  }

  private static func withStream(
    _ settings: BenchSettings, _ body: (Cluster) throws -> Void
  ) throws -> ExitCode {
    let administration = try Administration(settings.connection)
    let isNewScope = try administration.createScope(settings.name.scope)
    let isNew = try administration.createStream(
      settings.name, segments: settings.segments, tags: [])
    guard isNew || settings.keeps || !settings.writesFirst else {
      throw Program.Report(
        "the stream '\(settings.name)' exists already", hint: "Name another one, or add --keep.",
        exitCode: .conflict)
    }
    defer {
      if isNew, !settings.keeps {
        try? administration.seal(settings.name)
        _ = try? administration.delete(settings.name)
        if isNewScope { _ = try? administration.deleteScope(settings.name.scope, recursive: false) }
      }
    }
    let cluster = try Cluster(settings.connection, scope: settings.name.scope)
    defer { cluster.close() }
    try body(cluster)
    return .ok
  }
}
