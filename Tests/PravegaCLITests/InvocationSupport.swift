// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

@testable import pravega_cli

/// The real program's parse of a command line.
func invocation(_ words: String...) throws -> Invocation {
  switch try Parser.parse(words, PravegaProgram.root) {
  case .run(let invocation): return invocation
  case .help: throw UsageError("help instead of a command")
  }
}

/// The complaint of `body`, or an empty text.
func complaint(_ body: () throws -> Void) -> String {
  do {
    try body()
    return ""
  } catch let error as UsageError {
    return error.message
  } catch let error as Program.Report {
    return error.message
  } catch {
    return "\(error)"
  }
}
