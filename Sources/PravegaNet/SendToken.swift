// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The right to send on a connection: not a lock, since nobody ever waits for it.
///
///     free ── take ──> taken ── take by another ──> takenAgain
///      ^                 │                             │
///      └──── release ────┘ <── release: once more ─────┘
///
/// From every state `end()` leads to `ending`, where no one can take it any more and whoever
/// holds it hands it to the IO thread.
struct SendToken: ~Copyable, Sendable {
  enum Release {
    /// It is free.
    case released
    /// Somebody wanted it meanwhile: look for more to send.
    case onceMore
    /// The link is ending: hand it over.
    case ending
  }

  private static let free: UInt8 = 0
  private static let taken: UInt8 = 1
  private static let takenAgain: UInt8 = 2
  private static let ending: UInt8 = 3

  private let state = Atomic<UInt8>(SendToken.free)

  /// True: the caller holds it. False: the holder has been told to look again.
  borrowing func take() -> Bool {
    while true {
      let (done, seen) = state.compareExchange(
        expected: SendToken.free, desired: SendToken.taken, ordering: .acquiringAndReleasing)
      if done { return true }
      if seen != SendToken.taken {
        // Already told, or ending. Told: what the caller has queued must be visible to the holder,
        // which a plain read would not promise.
        if seen == SendToken.ending { return false }
        let (still, _) = state.compareExchange(
          expected: SendToken.takenAgain, desired: SendToken.takenAgain,
          ordering: .acquiringAndReleasing)
        if still { return false }
        continue
      }
      let (told, _) = state.compareExchange(
        expected: SendToken.taken, desired: SendToken.takenAgain, ordering: .acquiringAndReleasing)
      if told { return false }
    }
  }

  /// By the holder, after it found nothing more to send.
  borrowing func release() -> Release {
    while true {
      let (released, seen) = state.compareExchange(
        expected: SendToken.taken, desired: SendToken.free, ordering: .acquiringAndReleasing)
      if released { return .released }
      if seen == SendToken.ending { return .ending }
      let (again, _) = state.compareExchange(
        expected: SendToken.takenAgain, desired: SendToken.taken, ordering: .acquiringAndReleasing)
      if again { return .onceMore }
    }
  }

  /// Nobody takes it from now on. True: nobody had it, it is the caller's.
  borrowing func end() -> Bool {
    state.exchange(SendToken.ending, ordering: .acquiringAndReleasing) == SendToken.free
  }
}
