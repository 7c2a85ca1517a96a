// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaStandalone
import XCTest

final class ControllerReaderGroupTests: ControllerTestCase {
  private func group(
    _ streams: [StreamKey], _ retention: ReaderGroupRecord.Retention = .none
  ) -> ReaderGroupRecord {
    var group = ReaderGroupRecord(StreamKey("s", "g"))
    group.id = UniqueID(high: 1, low: 2)
    group.maxOutstandingCheckpoints = 3
    group.retention = retention
    group.start = streams.map { .init($0) }
    return group
  }

  func testTheStoredConfigurationWinsOverARepeatedRequest() throws {
    let key = try makeStream(1)
    var request = group([key])
    request.generation = 5
    let (status, created) = try controller.createReaderGroup(request)
    XCTAssertEqual(status, .success)
    XCTAssertEqual(created?.generation, 0)
    request.refreshMilliseconds = 99
    XCTAssertEqual(try controller.createReaderGroup(request).1, created)
    XCTAssertEqual(
      try controller.settings(of: StreamKey("s", "_RGg")).rolloverByteCount, 4_194_304)
  }

  func testRequestsWithoutSenseAreRefused() throws {
    let key = try makeStream(1)
    assertInvalid(try controller.createReaderGroup(group([])))
    var request = group([key])
    request.maxOutstandingCheckpoints = 0
    assertInvalid(try controller.createReaderGroup(request))
    request = group([key])
    request.end = [.init(StreamKey("s", "other"))]
    assertInvalid(try controller.createReaderGroup(request))
    request.start = [.init(key, [0: 10])]
    request.end = [.init(key, [0: 5])]
    assertInvalid(try controller.createReaderGroup(request))
    request = group([key])
    request.key = StreamKey("s", "_g")
    XCTAssertEqual(try controller.createReaderGroup(request).0, .invalidName)
    request.key = StreamKey("none", "g")
    XCTAssertEqual(try controller.createReaderGroup(request).0, .scopeNotFound)
    XCTAssertEqual(
      try controller.createReaderGroup(group([StreamKey("s", "none")], .manual)).0, .failure)
    XCTAssertEqual(try controller.createReaderGroup(group([StreamKey("s", "none")])).0, .success)
  }

  func testGenerationsAndSubscriptionsFollowUpdates() throws {
    let (a, b) = (try makeStream(1, named: "a"), try makeStream(1, named: "b"))
    var request = group([a])
    XCTAssertEqual(try controller.updateReaderGroup(request).0, .notFound)
    _ = try controller.createReaderGroup(request)
    XCTAssertEqual(try controller.subscribers(of: a), [])
    request = group([a, b], .automatic)
    XCTAssertEqual(try controller.updateReaderGroup(request).generation, 1)
    XCTAssertEqual(try controller.subscribers(of: a), ["s/g"])
    XCTAssertEqual(try controller.updateReaderGroup(request).0, .invalidConfig)
    request = group([b], .manual)
    request.generation = 1
    XCTAssertEqual(try controller.updateReaderGroup(request).generation, 2)
    XCTAssertEqual(try controller.subscribers(of: a), [])
    XCTAssertEqual(try controller.subscribers(of: b), ["s/g"])
    request.generation = 2
    request.retention = .none
    XCTAssertEqual(try controller.updateReaderGroup(request).generation, 3)
    XCTAssertEqual(try controller.subscribers(of: b), [])
    XCTAssertNil(try controller.subscribers(of: StreamKey("s", "none")))
  }

  func testReportsOfSubscribersMustGoForward() throws {
    let key = try makeStream(2)
    let request = group([key], .manual)
    _ = try controller.createReaderGroup(request)
    let id = request.id.description
    let report = { [controller] (cut: CutMap, name: String, id: String, generation: Int64) in
      try controller.updateSubscriber(name, of: key, cut: cut, group: id, generation: generation)
    }
    XCTAssertEqual(try report([0: 10, 1: 10], "s/g", id, 0), .success)
    XCTAssertEqual(try report([0: 10, 1: 10], "s/g", id, 0), .success)
    XCTAssertEqual(try report([0: 5, 1: 20], "s/g", id, 0), .cutNotValid)
    XCTAssertEqual(try report([0: 30], "s/g", id, 0), .cutNotValid)
    XCTAssertEqual(try report([9: 30, 1: 40], "s/g", id, 0), .failure)
    XCTAssertEqual(try report([0: 30, 1: 30], "s/g", id, 1), .generationMismatch)
    XCTAssertEqual(try report([0: 30, 1: 30], "s/none", id, 0), .subscriberNotFound)
    XCTAssertEqual(
      try report([0: 30, 1: 30], "s/g", UniqueID.zero.description, 0), .subscriberNotFound)
    assertInvalid(try report([0: 30, 1: 30], "s/g", "bad", 0))
    assertInvalid(try report([:], "s/g", id, 0))
  }

  func testDeletionNeedsTheRightId() throws {
    let key = try makeStream(1)
    let request = group([key], .automatic)
    _ = try controller.createReaderGroup(request)
    XCTAssertEqual(
      try controller.deleteReaderGroup(request.key, id: UniqueID.zero.description), .notFound)
    assertInvalid(try controller.deleteReaderGroup(request.key, id: "bad"))
    XCTAssertEqual(
      try controller.deleteReaderGroup(request.key, id: request.id.description), .success)
    XCTAssertNil(try controller.readerGroup(request.key))
    XCTAssertFalse(try controller.streamExists(StreamKey("s", "_RGg")))
    XCTAssertEqual(try controller.subscribers(of: key), [])
    _ = try controller.createReaderGroup(request)
    XCTAssertEqual(try ids(StreamKey("s", "_RGg")), [1])
    assertNotFound(try controller.deleteReaderGroup(StreamKey("none", "g"), id: ""))
    assertNotFound(try controller.readerGroup(StreamKey("none", "g")))
  }
}
