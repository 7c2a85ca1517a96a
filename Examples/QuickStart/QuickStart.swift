// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Pravega
import PravegaStandalone

/// Starts a server within this process, writes events from several threads and reads them back
/// through a reader group with two readers.
@main
struct QuickStart {
  static let scope = "quickstart"
  static let stream = "readings"
  static let writers = 4
  static let eventsPerWriter = 25_000

  static func main() throws {
    let server = try StandaloneServer.start()
    defer { server.close() }
    print("server    \(server.controllerURI)")

    let config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
    let manager = try StreamManager.create(clientConfig: config)
    defer { manager.close() }
    try manager.createScope(scope)
    try manager.createStream(
      scope: scope, stream: stream, config: StreamConfiguration(scalingPolicy: .fixed(4)))
    print("stream    \(scope)/\(stream) with 4 segments")

    let factory = try EventStreamClientFactory.withScope(scope, config: config)
    defer { factory.close() }
    try write(factory)

    let groups = try ReaderGroupManager.withScope(scope, config: config)
    defer { groups.close() }
    try groups.createReaderGroup(
      "dashboard", config: ReaderGroupConfig.builder().stream("\(scope)/\(stream)").build())
    try read(factory)
    print("done")
  }

  /// One writer for all threads: it may be shared, and equal keys stay in order.
  private static func write(_ factory: EventStreamClientFactory) throws {
    let writer = try factory.createEventWriter(stream: stream, serializer: UTF8StringSerializer())
    let clock = ContinuousClock()
    let took = try clock.measure {
      try inParallel(writers) { thread in
        for number in 0..<eventsPerWriter {
          try writer.writeEvent("reading \(number)", routingKey: "sensor-\(thread)-\(number % 25)")
        }
      }
      try writer.flush()
    }
    try writer.close()
    report("written", writers * eventsPerWriter, took)
  }

  private static func read(_ factory: EventStreamClientFactory) throws {
    let counter = Counter(expected: writers * eventsPerWriter)
    let clock = ContinuousClock()
    // Both join before either reads, so that they share the segments.
    let readers = try (0..<2).map { number in
      try factory.createReader(
        readerId: "reader-\(number)", readerGroup: "dashboard",
        serializer: UTF8StringSerializer())
    }
    let took = try clock.measure {
      try inParallel(2) { number in
        let reader = readers[number]
        while !counter.isComplete {
          if try reader.readNextEvent(timeout: .milliseconds(200)).event != nil {
            counter.add(reader: number)
          }
        }
        try reader.close()
      }
    }
    report("read", counter.total, took)
    print("readers   \(counter.summary)")
  }

  private static func report(_ what: String, _ events: Int, _ took: Duration) {
    let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) / 1e18
    let rate = Int(Double(events) / max(seconds, 1e-9))
    let padded = what + String(repeating: " ", count: 10 - what.count)
    print("\(padded)\(events) events in \(Int(seconds * 1000)) ms: \(rate) events/s")
  }
}
