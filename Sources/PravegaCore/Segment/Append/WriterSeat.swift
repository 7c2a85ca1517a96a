// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// One user's place in a ``StreamWriter``, which several may share.
///
/// Events carry the number of their seat in their ``RoutingWord``, so that one user can leave with
/// the events that are his while the others' go on.
package final class WriterSeat: Sendable {
  package let writer: StreamWriter
  /// What its events have in their routing words.
  let mark: UInt64
  private let hasLeft = Atomic<Bool>(false)

  /// - Parameter number: below ``most``, and never used twice by one writer: events of a user who
  ///   has left may still be on their way.
  init(_ number: Int, of writer: StreamWriter) {
    self.writer = writer
    mark = RoutingWord.seatMark(number)
  }

  /// How many users a writer can have in its life.
  static let most = RoutingWord.seatCount

  /// Whether new events are taken. Changes under the writer's lock only.
  @inline(__always)
  var isTaken: Bool { !hasLeft.load(ordering: .relaxed) }

  /// To be called under the writer's lock.
  func close() { hasLeft.store(true, ordering: .relaxed) }

  var refusal: PravegaError? {
    guard !isTaken else { return nil }
    return PravegaError(
      .objectClosed, "The writer is closed.", hint: "Create another one and use that.")
  }
}
