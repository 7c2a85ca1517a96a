// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaStandalone
import XCTest

final class ControllerSegmentTests: ControllerTestCase {
  func testTheLastOfFortyNineSegmentsEndsAtExactlyOne() throws {
    let segments = try controller.currentSegments(try makeStream(49))
    XCTAssertEqual(segments.count, 49)
    XCTAssertEqual(segments.last?.range.high, 1.0)
    for (a, b) in zip(segments, segments.dropFirst()) {
      XCTAssertEqual(a.range.high.bitPattern, b.range.low.bitPattern)
    }
  }

  func testEveryStreamGetsACompanionForWatermarks() throws {
    let key = try makeStream(2)
    XCTAssertTrue(try controller.streamExists(StreamKey("s", "_MARKt")))
    XCTAssertEqual(try ids(key), [0, 1])
  }

  func testScalingCreatesBeforeItSealsAndKnowsSuccessors() throws {
    let key = try makeStream(2)
    storage.setLength(100, of: "s/t/0.#epoch.0")
    let new = try split(0, key)
    XCTAssertEqual(new, [id(2, 1), id(3, 1)])
    XCTAssertEqual(
      storage.commands,
      ["create s/t/2.#epoch.1", "create s/t/3.#epoch.1", "seal s/t/0.#epoch.0"])
    XCTAssertEqual(try ids(key), [id(2, 1), id(3, 1), 1])
    let successors = try controller.successors(key, of: 0)
    XCTAssertEqual(successors.map(\.segment.id), new)
    XCTAssertEqual(successors.map(\.predecessors), [[0], [0]])
    XCTAssertEqual(try controller.successors(key, of: 1), [])
    XCTAssertEqual(try controller.epochSegments(key, epoch: 0).map(\.id), [0, 1])
    XCTAssertEqual(storage.segmentByteCount("s/t/0.#epoch.0"), 100)
  }

  func testASuccessorOfAMergeNamesAllPredecessors() throws {
    let key = try makeStream(1)
    let halves = try split(0, key)
    _ = try controller.scale(key, seal: halves, create: [.full])
    let merged = try controller.successors(key, of: halves[0])
    XCTAssertEqual(merged.map(\.segment.id), [id(3, 2)])
    XCTAssertEqual(merged.first?.predecessors, halves)
  }

  func testScaleRefusesInTheOrderOfARealServer() throws {
    let key = try makeStream(2)
    let halves = [KeyRange(low: 0, high: 0.25), KeyRange(low: 0.25, high: 0.5)]
    let scale = { [controller] in try controller.scale(key, seal: $0, create: $1) }
    XCTAssertEqual(try scale([7], [.full]), .preconditionFailed)
    XCTAssertEqual(try scale([0, 0], halves), .failure)
    XCTAssertEqual(try scale([], []), .failure)
    XCTAssertEqual(try scale([0], [KeyRange(low: 0, high: 0.4)]), .failure)
    XCTAssertEqual(try scale([0], [KeyRange(low: 0.5, high: 0)]), .failure)
    XCTAssertEqual(try scale([0], [KeyRange(low: .nan, high: 0.5)]), .failure)
    XCTAssertEqual(try scale([0, 1], [.full]), .preconditionFailed)
    assertInvalid(try scale([0], [halves[0], halves[0]]))
    XCTAssertEqual(try controller.scale(StreamKey("s", "none"), seal: [0], create: []), .failure)
    XCTAssertEqual(try ids(key), [0, 1])
  }

  func testTheActiveEpochIsAlwaysInProgress() throws {
    let key = try makeStream(1)
    XCTAssertEqual(try controller.checkScale(key, epoch: 0), .inProgress)
    try split(0, key)
    XCTAssertEqual(try controller.checkScale(key, epoch: 0), .success)
    XCTAssertEqual(try controller.checkScale(key, epoch: 1), .inProgress)
    XCTAssertEqual(try controller.checkScale(key, epoch: 2), .invalidInput)
    assertInvalid(try controller.checkScale(key, epoch: -1))
  }

  func testACutMustCoverTheKeySpaceOnce() throws {
    let key = try makeStream(2)
    _ = try controller.scale(
      key, seal: [0, 1],
      create: [KeyRange(low: 0, high: 0.7), KeyRange(low: 0.7, high: 1)])
    let isValid = { [controller] in try controller.isCutValid(key, $0) }
    let (a, b) = (id(2, 1), id(3, 1))
    XCTAssertTrue(try isValid([0: 1000, 1: 0]))
    XCTAssertTrue(try isValid([a: 0, b: 0]))
    XCTAssertTrue(try isValid([0: -1, 1: 0]))
    XCTAssertTrue(try isValid([1: 0, a: -1]))
    XCTAssertTrue(try isValid([0: 0, 1: 0, a: -1]))
    XCTAssertFalse(try isValid([0: 0]))
    XCTAssertFalse(try isValid([0: 0, a: 0]))
    XCTAssertFalse(try isValid([0: 0, b: 0]))
    XCTAssertFalse(try isValid([0: 0, 1: 0, a: 0, b: 0]))
    assertInvalid(try isValid([:]))
    assertInvalid(try isValid([0: -1, 1: -1]))
    assertInvalid(try isValid([0: 0, 9: 0]))
    assertNotFound(try isValid([id(0, 9): 0]))
    assertNotFound(try isValid([-1: 0]))
  }

  func testSegmentsBetweenFollowsBothEnds() throws {
    let key = try makeStream(1)
    let first = try split(0, key)
    let second = try split(first[0], key)
    let between = { [controller] in try controller.segments(key, from: $0, to: $1).map(\.id) }
    XCTAssertEqual(try between([0: 0], [:]), [0] + first + second)
    XCTAssertEqual(try between([:], [0: 40]), [0])
    XCTAssertEqual(try between([0: 16], [first[0]: 0, 0: 48]), [0])
    XCTAssertEqual(try between([0: 80, first[0]: -1], [:]), first + second)
    XCTAssertEqual(
      try between([second[0]: 0, second[1]: 0, first[1]: 0], [:]), [first[1]] + second)
    assertInvalid(try between([0: 32], [0: 16]))
    assertInvalid(try between([:], [:]))
    assertInvalid(try between([99: 0], [:]))
    assertNotFound(try between([id(0, 9): 0], [:]))
  }

  func testTruncationDeletesWhatLiesBeforeTheCut() throws {
    let key = try makeStream(2)
    let new = try split(0, key)
    storage.forgetCommands()
    XCTAssertEqual(try controller.truncateStream(key, at: [new[0]: 5, new[1]: -1, 1: 7]), .success)
    XCTAssertEqual(
      Set(storage.commands),
      ["truncate s/t/2.#epoch.1 5", "truncate s/t/1.#epoch.0 7", "delete s/t/0.#epoch.0"])
    XCTAssertEqual(try controller.truncateStream(key, at: [0: 9, 1: 9]), .failure)
    XCTAssertEqual(try controller.truncateStream(key, at: [new[0]: 5, new[1]: 0, 1: 6]), .failure)
    XCTAssertEqual(try controller.truncateStream(key, at: [:]), .failure)
    XCTAssertEqual(try controller.truncateStream(key, at: [new[0]: 6, new[1]: 2, 1: 7]), .success)
    XCTAssertEqual(try controller.head(key).map(\.offset), [7, 6, 2])
    XCTAssertEqual(try controller.successors(key, of: 0).map(\.segment.id), new)
  }
}
