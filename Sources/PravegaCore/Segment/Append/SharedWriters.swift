// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// The stream writers of a client that several users share.
///
/// A user has a writer of his own, unless the stream has so many segments that the client's memory
/// has no full block for each: then blocks are small, and every further set of segment writers
/// would make them smaller. All users of such a stream share one set.
package final class SharedWriters: Sendable {
  private struct Key: Hashable {
    let stream: PravegaStream
    let retry: RetryPolicy?
  }

  private let writers = Monitor([Key: StreamWriter]())

  package init() {}

  /// How many can be joined; for tests.
  var count: Int { writers.withLock { $0.count } }

  /// Whether users of a stream share its segment writers.
  static func isWide(_ segments: StreamSegments, _ settings: EngineSettings) -> Bool {
    segments.entries.count > settings.writeBufferBytes / 2 / StreamWriter.blockLimit
  }

  /// A seat in the stream's shared writer, which `make` makes if there is none to join.
  func seat(
    of stream: PravegaStream, _ segments: StreamSegments, retry: RetryPolicy?,
    make: () throws(PravegaError) -> StreamWriter
  ) throws(PravegaError) -> WriterSeat {
    let key = Key(stream: stream, retry: retry)
    if let seat = writers.withLock({ $0[key] })?.takeSeat(for: segments) { return seat }
    let writer = try make()
    guard let seat = writer.takeSeat() else { throw StreamWriter.closedError }
    // Whoever made one at the same time has it alone.
    let replaced = writers.withLock { $0.updateValue(writer, forKey: key) }
    _ = replaced
    return seat
  }

  /// The writer ends and is not to be joined any more.
  func forget(_ writer: StreamWriter) {
    let dropped = writers.withLock { writers -> StreamWriter? in
      guard let key = writers.first(where: { $0.value === writer })?.key else { return nil }
      return writers.removeValue(forKey: key)
    }
    _ = dropped
  }
}
