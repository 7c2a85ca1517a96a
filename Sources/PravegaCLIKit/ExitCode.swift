// SPDX-License-Identifier: Apache-2.0

/// What the program tells the shell. The numbers are part of the interface: scripts branch on them.
package enum ExitCode: Int32, Sendable, CaseIterable {
  case ok = 0
  case error = 1
  case usage = 2
  case notFound = 3
  case conflict = 4
  case notAuthorised = 5
  case timedOut = 6
  case unavailable = 7
  /// Ended by SIGINT, after a clean close (128 + 2, as shells report it).
  case interrupted = 130
  /// Ended by SIGTERM, after a clean close (128 + 15).
  case terminated = 143

  /// One phrase for the help page.
  package var meaning: String {
    switch self {
    case .ok: "success"
    case .error: "error"
    case .usage: "wrong usage"
    case .notFound: "not found"
    case .conflict: "conflict: exists already, or is in the wrong state"
    case .notAuthorised: "not authorised"
    case .timedOut: "timed out"
    case .unavailable: "server unavailable"
    case .interrupted: "interrupted by SIGINT"
    case .terminated: "ended by SIGTERM"
    }
  }
}
