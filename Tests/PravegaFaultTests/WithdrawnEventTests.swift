// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

@testable import PravegaCore

/// Events of a user who has left, in a block that goes on.
final class WithdrawnEventTests: LeakCheckedTestCase {
  /// The others look and wait again: none of them may use up a wake-up that was his.
  func testOthersWhoWaitTakeNobodysWakeUp() throws {
    for _ in 0..<100 {
      let completion = BlockCompletion()
      let waits = (0..<8).map { number in
        Call { try WriteFuture(completion: completion, index: number % 4).get() }
      }
      awaitState("all to wait") { completion.waiterCount == 8 }
      completion.withdraw([2], StreamWriter.closedError)
      for number in [2, 6] { waits[number].assertFails(.objectClosed) }
      XCTAssertEqual(waits.filter(\.isDone).count, 2)
      completion.resolve(.stored)
      for (number, wait) in waits.enumerated() where number % 4 != 2 { try wait.value() }
    }
  }

  func testWhatIsKnownAlreadyStaysSo() {
    for outcome in [BlockOutcome.stored, .failed(StreamWriter.sealedError(stream))] {
      let completion = BlockCompletion()
      completion.resolve(outcome)
      completion.withdraw([0], StreamWriter.closedError)
      let future = WriteFuture(completion: completion, index: 0)
      let failure = code(of: future)
      XCTAssertNotEqual(failure, .objectClosed)
    }
    let marked = BlockCompletion()
    marked.markStored()
    marked.withdraw([0], StreamWriter.closedError)
    XCTAssertTrue(WriteFuture(completion: marked, index: 0).isDone)
    XCTAssertFalse(WriteFuture(completion: marked, index: 0).isFailed)
  }

  func testAWithdrawnEventStaysSoWhenItsBlockIsStored() throws {
    let completion = BlockCompletion()
    completion.withdraw([1], StreamWriter.closedError)
    completion.markStored()
    let (other, withdrawn) = (
      WriteFuture(completion: completion, index: 0), WriteFuture(completion: completion, index: 1)
    )
    XCTAssertTrue(other.isDone)
    XCTAssertFalse(other.isFailed)
    XCTAssertTrue(withdrawn.isFailed)
    completion.resolve(.stored)
    try other.get()
    XCTAssertThrowsError(try withdrawn.get())
    try completion.waitForAll(until: .now)
  }

  private let stream = PravegaStream(uncheckedScope: "a", stream: "b")

  /// The code of the failure, if it failed; fails the test while there is no result.
  private func code(of future: WriteFuture) -> PravegaError.Code? {
    XCTAssertTrue(future.isDone)
    guard case .failure(let error)? = future.result else { return nil }
    return (error as? PravegaError)?.code
  }
}
