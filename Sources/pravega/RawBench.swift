// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega bench raw`.
enum RawBench {
  static func run(_ invocation: Invocation) throws -> ExitCode { throw Unwired.error("bench raw") }
}
