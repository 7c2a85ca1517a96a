// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaTestKit
import PravegaThreads
import XCTest

/// Random runs by seed.
///
/// `PRAVEGA_SEED=N` replays one seed; `PRAVEGA_SOAK_SECONDS=N` goes on with new seeds for so long.
final class RandomRunTests: LeakCheckedTestCase {
  private struct Tally {
    var runs = 0
    var written = 0
    var read = 0
    var faults = 0
    var failures: [String] = []
  }

  /// They wait more than they work.
  private static let atOnce = Sanitizer.isThread ? 2 : 6
  private static let defaultSeeds: Range<UInt64> =
    Sanitizer.isAddress || Sanitizer.isThread ? 1..<31 : 1..<201
  private let tally = Monitor(Tally())

  private static func number(_ name: String) throws -> UInt64? {
    guard let text = ProcessInfo.processInfo.environment[name], !text.isEmpty else { return nil }
    return try XCTUnwrap(UInt64(text), "\(name) is not a number")
  }

  func testSeedsKeepEveryAcknowledgedEventOnceAndInOrder() throws {
    let seeds = try Self.seeds()
    let tally = tally
    try inParallel(Self.atOnce) { _ in
      while let seed = seeds.withLock({ $0.next() }) { try Self.run(seed, tally) }
    }
    let result = tally.withLock { $0 }
    print(
      "in all \(result.runs) runs, \(result.faults) injected faults, \(result.written) events "
        + "written, \(result.read) read, \(result.failures.count) failures")
    XCTAssertEqual(result.failures, [])
    XCTAssertGreaterThan(result.runs, 0)
  }

  private static func run(_ seed: UInt64, _ tally: Monitor<Tally>) throws {
    let run = try RandomRun(seed: seed)
    var failure: String?
    do { try run.run() } catch {
      failure = "PRAVEGA_SEED=\(seed): \(error)"
      print(failure ?? "")
    }
    let (written, read) = (run.ledger.acknowledgedCount, run.ledger.readCount)
    let faults = run.faultCount
    tally.withLock { tally in
      tally.runs += 1
      tally.written += written
      tally.read += read
      tally.faults += faults
      if let failure { tally.failures.append(failure) }
    }
  }

  /// The seeds to run, given out one by one.
  private struct Seeds {
    var next: () -> UInt64?
  }

  private static func seeds() throws -> Monitor<Seeds> {
    if let seed = try number("PRAVEGA_SEED") {
      var left = [seed]
      return Monitor(Seeds { left.popLast() })
    }
    if let seconds = try number("PRAVEGA_SOAK_SECONDS") {
      let end = Deadline.after(.seconds(Int64(seconds)))
      var seed = UInt64(UInt32.random(in: 1000 ... .max))
      print("soaking for \(seconds) s from seed \(seed)")
      return Monitor(
        Seeds {
          seed += 1
          return end.hasPassed ? nil : seed
        })
    }
    var rest = defaultSeeds.makeIterator()
    return Monitor(Seeds { rest.next() })
  }
}
