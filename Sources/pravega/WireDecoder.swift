// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// Does what `pravega wire decode` promises.
enum WireDecoder {
  @Sendable static func run(_ invocation: Invocation) throws -> ExitCode {
    throw Unwired.error("wire decode")
  }
}
