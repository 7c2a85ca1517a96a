// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

final class SerializationConformanceTests: LeakCheckedTestCase {
  func testCompactNumbersAreJavas() throws {
    let vectors = try Recorded.vectors("serialization_primitives")
    for entry in vectors["compactInt"].array {
      let value = Int(entry["value"].int)
      var reader = RevisionReader(entry["hex"].bytes)
      XCTAssertEqual(written { $0.compactInt(value) }, entry["hex"].string)
      XCTAssertEqual(try reader.compactInt(), value)
    }
    for entry in vectors["compactLong"].array {
      let value = entry["value"].int
      var reader = RevisionReader(entry["hex"].bytes)
      XCTAssertEqual(written { $0.compactLong(value) }, entry["hex"].string)
      XCTAssertEqual(try reader.compactLong(), value)
    }
    for entry in vectors["compactSignedLong"].array {
      let value = entry["value"].int
      var reader = RevisionReader(entry["hex"].bytes)
      XCTAssertEqual(written { $0.compactSignedLong(value) }, entry["hex"].string)
      XCTAssertEqual(try reader.compactSignedLong(), value)
    }
  }

  func testStringsAreModifiedUTF8() throws {
    let vectors = try Recorded.vectors("serialization_primitives")
    for entry in vectors["modifiedUtf8WithU16Length"].array {
      var reader = RevisionReader(entry["hex"].bytes)
      XCTAssertEqual(written { $0.utf(entry["value"].string) }, entry["hex"].string)
      XCTAssertEqual(try reader.utf(), entry["value"].string)
    }
    var broken = RevisionReader([0, 2, 0xe0, 0x80])
    XCTAssertThrowsError(try broken.utf())
    var wrong = RevisionReader([0, 1, 0xff])
    XCTAssertThrowsError(try wrong.utf())
  }

  func testEnvelopeIsJavas() throws {
    let example = try Recorded.vectors("serialization_primitives")["envelopeExample"]["hex"]
    XCTAssertEqual(try Envelope.encode({ $0.byte(0x2a) }).hex, example.string)
    var data = try Envelope.single(example.bytes + [1, 2, 3]).required(0)
    XCTAssertEqual(try data.byte(), 0x2a)
    XCTAssertThrowsError(try data.byte())
  }

  func testUnknownFormatsVersionsAndLengthsAreRefused() {
    let cases = [
      "", "00", "0000", "0100010000000000", "0001010000000000", "000001000000000a2a",
      "00000100ffffffff2a", "0000010100000000", "00000200000000000000000000",
    ]
    for hex in cases { XCTAssertThrowsError(try Envelope.single([UInt8](hex: hex)), hex) }
  }

  func testCountsBeyondTheDataAreRefusedBeforeAnythingIsReserved() {
    var reader = RevisionReader([0xff, 0xff, 0xff, 0xfe, 1, 2, 3])
    XCTAssertThrowsError(try reader.offsets()) {
      XCTAssertEqual("\($0)", "1073741822 elements announced where 3 bytes are left")
    }
  }

  func testValuesThatDoNotFitAreReported() {
    XCTAssertThrowsError(try Envelope.encode({ $0.compactLong(-1) }))
    XCTAssertThrowsError(try Envelope.encode({ $0.compactLong(1 << 62) }))
    XCTAssertThrowsError(try Envelope.encode({ $0.compactInt(1 << 30) }))
    XCTAssertThrowsError(try Envelope.encode({ $0.compactSignedLong(.min) }))
    XCTAssertThrowsError(
      try Envelope.encode({ $0.utf(String(repeating: "é", count: 40_000)) }))
  }

  private func written(_ write: (inout RevisionWriter) -> Void) -> String {
    var writer = RevisionWriter()
    write(&writer)
    XCTAssertNil(writer.failure)
    return writer.bytes.hex
  }
}
