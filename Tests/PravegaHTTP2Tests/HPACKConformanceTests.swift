// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

/// The examples of RFC 7541 appendix C.
final class HPACKConformanceTests: XCTestCase {
  func testIntegersOfAppendixC1() throws {
    for (value, prefix, hex) in [(10, 5, "0a"), (1337, 5, "1f9a0a"), (42, 8, "2a")] {
      var output: [UInt8] = []
      HPACKInteger.encode(value, prefixBits: prefix, flags: 0, into: &output)
      XCTAssertEqual(output, bytes(hex: hex))
      var input = output[...]
      XCTAssertEqual(try HPACKInteger.decode(&input, prefixBits: prefix), value)
      XCTAssertTrue(input.isEmpty)
    }
  }

  func testLiteralsOfAppendixC2() throws {
    try check(
      256, ["400a637573746f6d2d6b65790d637573746f6d2d686561646572"],
      [[("custom-key", "custom-header")]])
    try check(256, ["040c2f73616d706c652f70617468"], [[(":path", "/sample/path")]])
    try check(256, ["100870617373776f726406736563726574"], [[("password", "secret")]])
    try check(256, ["82"], [[(":method", "GET")]])
  }

  private static let requests: [[(String, String)]] = [
    [
      (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com"),
    ],
    [
      (":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "www.example.com"),
      ("cache-control", "no-cache"),
    ],
    [
      (":method", "GET"), (":scheme", "https"), (":path", "/index.html"),
      (":authority", "www.example.com"), ("custom-key", "custom-value"),
    ],
  ]

  func testRequestsOfAppendixC3() throws {
    let blocks = [
      "828684410f7777772e6578616d706c652e636f6d", "828684be58086e6f2d6361636865",
      "828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565",
    ]
    try check(4_096, blocks, Self.requests)
  }

  func testRequestsWithHuffmanOfAppendixC4() throws {
    let blocks = [
      "828684418cf1e3c2e5f23a6ba0ab90f4ff", "828684be5886a8eb10649cbf",
      "828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf",
    ]
    try check(4_096, blocks, Self.requests)
    var encoder = HPACKEncoder()
    for (block, fields) in zip(blocks, Self.requests) {
      let encoded = encoder.encode(fields.map { HeaderField($0.0, $0.1) })
      XCTAssertEqual(encoded, bytes(hex: block))
    }
  }

  func testResponsesWithEvictionOfAppendixC6() throws {
    let date = "Mon, 21 Oct 2013 20:13:21 GMT"
    let responses: [[(String, String)]] = [
      [
        (":status", "302"), ("cache-control", "private"), ("date", date),
        ("location", "https://www.example.com"),
      ],
      [
        (":status", "307"), ("cache-control", "private"), ("date", date),
        ("location", "https://www.example.com"),
      ],
      [
        (":status", "200"), ("cache-control", "private"),
        ("date", "Mon, 21 Oct 2013 20:13:22 GMT"), ("location", "https://www.example.com"),
        ("content-encoding", "gzip"),
        ("set-cookie", "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1"),
      ],
    ]
    let blocks = [
      "488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3",
      "4883640effc1c0bf",
      "88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007",
    ]
    try check(256, blocks, responses)
  }

  private func check(
    _ tableSize: Int, _ blocks: [String], _ lists: [[(String, String)]]
  ) throws {
    var decoder = HPACKDecoder(maximumTableSize: tableSize, maximumListSize: 8_192)
    for (block, list) in zip(blocks, lists) {
      let decoded = try decoder.decode(bytes(hex: block)[...])
      XCTAssertEqual(
        decoded.fields.map { [$0.nameText, $0.valueText] }, list.map { [$0.0, $0.1] })
    }
  }
}
