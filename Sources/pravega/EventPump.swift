// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// Standard input to a stream.
struct EventPump {
  private let settings: WriteSettings

  init(_ settings: WriteSettings) { self.settings = settings }

  func run(_ invocation: Invocation) throws -> ExitCode { throw Unwired.error("write") }
}
