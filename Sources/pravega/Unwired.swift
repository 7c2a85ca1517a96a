// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// What a command says whose engine is not part of the package yet.
enum Unwired {
  static func error(_ name: String) -> Program.Report {
    Program.Report("'\(name)' is not part of this build yet", exitCode: .unavailable)
  }
}
