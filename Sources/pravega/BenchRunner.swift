// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// Runs the benchmarks that go through the client.
enum BenchRunner {
  static func write(_ settings: BenchSettings, _ invocation: Invocation) throws -> ExitCode {
    throw Unwired.error("bench write")
  }

  static func read(_ settings: BenchSettings, _ invocation: Invocation) throws -> ExitCode {
    throw Unwired.error("bench read")
  }

  static func latency(_ settings: BenchSettings, _ invocation: Invocation) throws -> ExitCode {
    throw Unwired.error("bench latency")
  }
}
