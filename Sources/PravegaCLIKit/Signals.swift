// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// SIGINT and SIGTERM as values, for commands that ask: they are blocked everywhere and fetched by whoever waits for them,
/// so that no code of ours ever runs inside a signal handler.
package enum Signals {
  package static let interrupt = SIGINT
  package static let terminate = SIGTERM

  /// A closed pipe is then an error of the write, with a name and a sentence.
  package static func ignoreClosedPipes() { signal(SIGPIPE, SIG_IGN) }

  /// Call it before any other thread is started: threads inherit the mask of the one that starts
  /// them, and one that does not block the signals ends the process.
  package static func block() {
    var set = ending()
    unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// Blocks the calling thread until one of the two arrives, and returns it.
  package static func wait() -> Int32 {
    var set = ending()
    var number: Int32 = 0
    while unsafe sigwait(&set, &number) != 0 {}
    return number
  }

  /// Ends the process at once, for the second Ctrl-C of somebody who is tired of waiting.
  package static func exitNow(_ code: ExitCode) -> Never { _exit(code.rawValue) }

  private static func ending() -> sigset_t {
    var set = sigset_t()
    unsafe sigemptyset(&set)
    unsafe sigaddset(&set, SIGINT)
    unsafe sigaddset(&set, SIGTERM)
    return set
  }
}
