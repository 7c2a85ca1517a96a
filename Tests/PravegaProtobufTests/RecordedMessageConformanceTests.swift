// SPDX-License-Identifier: Apache-2.0

import PravegaProtobuf
import XCTest

final class RecordedMessageConformanceTests: XCTestCase {
  func testEveryRecordedMessageSaysWhatItsRecordingSays() throws {
    let messages = try RecordedMessages.all()
    XCTAssertGreaterThan(messages.count, 3000)
    for message in messages {
      let decoded = try message.codec.decode(message.bytes)
      guard let fields = message.fields else { continue }
      if let difference = MessageComparison.difference(decoded, fields) {
        XCTFail("\(message.source): \(difference)")
      }
    }
  }

  func testRecordedMessagesAreEncodedAsTheyWereSent() throws {
    var exact = 0
    for message in try RecordedMessages.all() {
      let encoded = try message.codec.reencode(message.bytes)
      XCTAssertTrue(try message.codec.areEqual(encoded, message.bytes), message.source)
      if encoded == message.bytes {
        exact += 1
      } else if !message.codec.hasMap {
        XCTFail("\(message.source): encoded otherwise")
      }
    }
    XCTAssertGreaterThan(exact, 3000)
  }

  func testTheComparisonSeesDifferences() throws {
    let message = Proto.StreamInfo(scope: "a", stream: "b", accessOperation: .read)
    let good: [String: Any] = ["scope": "a", "stream": "b", "accessOperation": "READ"]
    XCTAssertNil(MessageComparison.difference(message, good))
    XCTAssertNotNil(MessageComparison.difference(message, ["scope": "a"]))
    XCTAssertNotNil(
      MessageComparison.difference(message, good.merging(["other": 1]) { a, _ in a }))
  }

  func testEveryCallOfTheSpecificationIsThere() {
    XCTAssertEqual(Set(calls.keys), Set(Proto.ControllerService.allNames))
    XCTAssertEqual(Proto.ControllerService.allNames.count, 47)
    XCTAssertEqual(
      Proto.ControllerService.getURI.path,
      "/io.pravega.controller.stream.api.grpc.v1.ControllerService/getURI")
  }
}
