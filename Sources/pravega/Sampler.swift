// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaThreads

/// Writes for one thread and follows every n-th event to its acknowledgement.
///
/// The follower waits for acknowledgements in the order of writing: one that overtook another
/// counts as late as that one. One thread uses it.
final class Sampler<S: EventSink> {
  private struct Sample: Sendable {
    var due: UInt64
    var acknowledgement: S.Acknowledgement
  }

  private let sink: S
  private let stride: Int
  private let clock: BenchClock
  private let queue = BlockingQueue<Sample>(capacity: 64 << 10)
  private let failure = Monitor<(any Error)?>(nil)
  private let follower: Worker?
  private var untilNext = 1

  /// - Parameter latencies: nil measures nothing.
  init(_ sink: S, latencies: Monitor<Histogram>?, stride: Int, _ clock: BenchClock) {
    self.sink = sink
    self.stride = stride
    self.clock = clock
    guard let latencies else {
      follower = nil
      return
    }
    follower = Worker.start(name: "bench-ack") { [queue, failure] in
      Sampler.follow(queue, sink, latencies, failure, clock)
    }
  }

  func write(_ events: BenchEvents, _ index: Int, _ pace: Pace?) throws {
    pace?.wait(for: index)
    untilNext -= 1
    guard untilNext == 0 else {
      _ = try sink.write(events.body, key: events.key(index))
      return
    }
    untilNext = stride
    let due = pace?.due(index) ?? clock.now()
    let acknowledgement = try sink.write(events.body, key: events.key(index))
    if follower != nil { _ = queue.push(Sample(due: due, acknowledgement: acknowledgement)) }
  }

  /// Blocks until every followed event is acknowledged; throws the first failure.
  func finish() throws {
    queue.close()
    _ = follower?.join(until: .distantFuture)
    if let error = failure.withLock({ $0 }) { throw error }
  }

  private static func follow(
    _ queue: BlockingQueue<Sample>, _ sink: S, _ latencies: Monitor<Histogram>,
    _ failure: Monitor<(any Error)?>, _ clock: BenchClock
  ) {
    var histogram = Histogram()
    while let sample = queue.pop() {
      do {
        try sink.wait(for: sample.acknowledgement)
        let now = clock.now()
        histogram.record(nanoseconds: now > sample.due ? now - sample.due : 0)
      } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
    latencies.withLock { $0.add(histogram) }
  }
}
