// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaThreads
import Synchronization

/// SIGINT and SIGTERM for commands that run until told otherwise.
///
/// The first signal is a request: a flag, and whatever the command wants done. A later one ends the
/// process at once.
final class Interruption: Sendable {
  private let arrived = Atomic<Int32>(0)
  /// `timeout` sends one signal to the process and one to its group: what comes so soon is the same wish.
  private static let sameWish = Duration.milliseconds(250)

  /// 0, or the number of the signal that came.
  var signal: Int32 { arrived.load(ordering: .acquiring) }

  var hasCome: Bool { signal != 0 }

  /// How a command that was interrupted ends.
  var exitCode: ExitCode {
    switch signal {
    case 0: .ok
    case Signals.interrupt: .interrupted
    default: .terminated
    }
  }

  /// Comes first in a command, before any other thread is started.
  ///
  /// - Parameter first: Runs once, on a thread of its own, when the first signal comes.
  static func watch(_ first: @escaping @Sendable () -> Void = {}) -> Interruption {
    Signals.block()
    let interruption = Interruption()
    _ = Worker.start(name: "prv-signal") {
      let number = Signals.wait()
      let start = ContinuousClock.now
      interruption.arrived.store(number, ordering: .releasing)
      first()
      repeat { _ = Signals.wait() } while ContinuousClock.now - start < sameWish
      Signals.exitNow(number == Signals.interrupt ? .interrupted : .terminated)
    }
    return interruption
  }
}
