// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega bench write|read|latency|raw`.
enum BenchCommand {
  private static let common: [Option] = [
    .value("size", "BYTES", "size of an event", default: "100"),
    .value(
      "segments", short: "s", "N", "segments of the stream", default: "4; for latency 1"),
    .value("keys", "N", "different routing keys; 0: none", default: "0"),
    .flag("keep", "do not delete the stream afterwards"),
    .flag("no-progress", "draw no progress line on a terminal"),
  ]
  private static let plot = Option.value(
    "plot", "FILE", "write the latencies as an SVG plot", files: true)
  private static let events = Option.value("events", "N", "how many events", default: "1000000")

  static let command = Command(
    "bench", "Measures how fast events are written and read, and what they cost.",
    discussion: """
      The stream is made for it, and deleted afterwards unless --keep.
      CPU and memory are those of this process; the server's CPU stands beside it when it runs here.
      Latencies count from the time an event was due, so that a stall counts for all it held up.
      """,
    subcommands: [
      Command(
        "write", "Writes events as fast as possible, or at --rate.",
        arguments: [StreamName.argument],
        options: [
          events,
          .value("writers", "N", "writers, a thread each", default: "1"),
          .value("rate", "N", "events per second of all writers; 0: no limit", default: "0"),
          .value("warm-up", "N", "events written before measuring", default: "10000"),
          plot,
        ] + common,
        examples: [
          Example("pravega bench write bench/w --events 5000000 --segments 4", "Throughput")
        ],
        action: { try BenchRunner.write(BenchSettings($0), $0) }),
      Command(
        "read", "Writes events, then reads them through a reader group.",
        arguments: [StreamName.argument],
        options: [
          events,
          .value("readers", "N", "readers, a thread each", default: "1"),
          .value("warm-up", "N", "events read before measuring", default: "10000"),
          .flag("no-write", "the stream is there and full"),
        ] + common,
        examples: [Example("pravega bench read bench/r --readers 2", "Two readers")],
        action: { try BenchRunner.read(BenchSettings($0), $0) }),
      Command(
        "latency", "Writes at a fixed rate and waits for each acknowledgement.",
        arguments: [StreamName.argument],
        options: [
          .value("rate", "N", "events per second", default: "1000"),
          .value("seconds", "N", "for how long", default: "10"),
          .value("warm-up", "N", "events written before measuring", default: "200"),
          plot,
        ] + common,
        examples: [
          Example("pravega bench latency bench/l --seconds 60 --plot latency.svg", "A minute")
        ],
        action: { try BenchRunner.latency(BenchSettings($0), $0) }),
      Command(
        "raw", "The server's limit: ready-made blocks down one bare socket to a segment store.",
        options: [
          events,
          .value(
            "store", "HOST:PORT", "the segment store", default: "the one that the controller names"),
          .value("size", "BYTES", "size of an event", default: "100"),
          .value(
            "block", "BYTES", "size of a block", default: "64KiB, 1MiB for events over 1 KiB"),
          .value("segments", short: "s", "N", "segments", default: "4"),
          .value("window", "N", "unacknowledged blocks per segment", default: "8"),
        ],
        examples: [Example("pravega bench raw --store 127.0.0.1:6000", "Without any client logic")],
        action: { try RawBench.run($0) }),
    ])
}
