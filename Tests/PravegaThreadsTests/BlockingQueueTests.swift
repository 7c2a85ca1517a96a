// SPDX-License-Identifier: Apache-2.0

import PravegaTestKit
import PravegaThreads
import XCTest

final class BlockingQueueTests: LeakCheckedTestCase {
  func testElementsComeOutInOrderAcrossManyGrowthsOfTheBuffer() {
    let queue = BlockingQueue<Int>(capacity: 1_000)
    var expected = 0
    for number in 0..<5_000 {
      XCTAssertTrue(queue.push(number, until: .now))
      if number % 3 == 2 {
        XCTAssertEqual(queue.pop(until: .now), expected)
        expected += 1
      }
      while queue.count > 900 {
        XCTAssertEqual(queue.pop(until: .now), expected)
        expected += 1
      }
    }
    while let next = queue.pop(until: .now) {
      XCTAssertEqual(next, expected)
      expected += 1
    }
    XCTAssertEqual(expected, 5_000)
  }

  func testAFullQueueRefusesAfterTheDeadline() {
    let queue = BlockingQueue<Int>(capacity: 1)
    XCTAssertTrue(queue.push(1, until: .now))
    XCTAssertFalse(queue.push(2, until: .after(.milliseconds(1))))
  }

  func testAProducerWaitsForRoom() {
    let queue = BlockingQueue<Int>(capacity: 1)
    XCTAssertTrue(queue.push(1))
    let producer = Worker.start(name: "prv-test") { _ = queue.push(2) }
    XCTAssertEqual(queue.pop(), 1)
    XCTAssertEqual(queue.pop(until: .after(.seconds(30))), 2)
    XCTAssertTrue(producer.join(until: .after(.seconds(30))))
  }

  func testCloseWakesAConsumerAndKeepsWhatIsQueued() {
    let queue = BlockingQueue<Int>(capacity: 4)
    XCTAssertTrue(queue.push(1))
    queue.close()
    XCTAssertFalse(queue.push(2))
    XCTAssertEqual(queue.pop(), 1)
    XCTAssertNil(queue.pop())
    let empty = BlockingQueue<Int>(capacity: 4)
    let consumer = Worker.start(name: "prv-test") { _ = empty.pop() }
    empty.close()
    XCTAssertTrue(consumer.join(until: .after(.seconds(30))))
  }
}
