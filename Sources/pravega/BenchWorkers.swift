// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaThreads

/// Threads of a benchmark: started together, joined together, the first failure thrown.
enum BenchWorkers {
  /// - Parameter whileWaiting: Called four times a second on the calling thread.
  static func run(
    _ count: Int, name: String, whileWaiting: () -> Void = {},
    _ body: @escaping @Sendable (Int) throws -> Void
  ) throws {
    let failure = Monitor<(any Error)?>(nil)
    let workers = (0..<count).map { number in
      Worker.start(name: "\(name)-\(number)") {
        do {
          try body(number)
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    for worker in workers {
      while !worker.join(until: .after(.milliseconds(250))) { whileWaiting() }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}

/// What the writers of a benchmark share: bytes and keys that are made beforehand.
struct BenchEvents: Sendable {
  let body: [UInt8]
  private let keys: [String]

  init(_ settings: BenchSettings) {
    body = [UInt8](repeating: UInt8(ascii: "x"), count: settings.size)
    keys = (0..<settings.keys).map { "key\($0)" }
  }

  func key(_ index: Int) -> String? { keys.isEmpty ? nil : keys[index % keys.count] }
}
