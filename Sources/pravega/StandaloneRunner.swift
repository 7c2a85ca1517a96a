// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// Runs the embedded server until a signal comes.
struct StandaloneRunner {
  private let settings: StandaloneSettings

  init(_ settings: StandaloneSettings) { self.settings = settings }

  func run() throws -> ExitCode { throw Unwired.error("standalone") }
}
