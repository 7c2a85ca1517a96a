// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Names of the library's threads as `ps -L` and a debugger show them.
enum ThreadNames {
  private static let lastIO = Atomic<Int>(0)

  static func nextIO() -> String {
    "prv-io-\(lastIO.wrappingAdd(1, ordering: .relaxed).newValue)"
  }
}
