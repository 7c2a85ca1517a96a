// SPDX-License-Identifier: Apache-2.0

import PravegaHTTP2
import PravegaTestKit
import XCTest

/// Our header compression against the hpack package: random lists, both directions, tables of
/// changing size.
final class HPACKRefereeTests: LeakCheckedTestCase {
  private var random = SystemRandomNumberGenerator()

  func testHpackDecodesWhatWeEncode() throws {
    let peer = try Referee(script: "hpack_peer.py")
    defer { peer.stop() }
    var encoder = HPACKEncoder()
    for round in 0..<300 {
      if round % 20 == 10 { encoder.setMaximumTableSize([0, 60, 200, 4_096].randomElement() ?? 0) }
      let fields = randomFields()
      peer.write("decode \(hex(encoder.encode(fields)))")
      XCTAssertEqual(peer.readLine(), words(fields), "\(fields)")
    }
  }

  func testWeDecodeWhatHpackEncodes() throws {
    let peer = try Referee(script: "hpack_peer.py")
    defer { peer.stop() }
    var decoder = HPACKDecoder(maximumListSize: 1 << 20)
    for round in 0..<300 {
      if round % 20 == 10 {
        peer.write("size \([0, 60, 200, 4_096].randomElement() ?? 0)")
        XCTAssertEqual(peer.readLine(), "ok")
      }
      let fields = randomFields()
      peer.write("encode \(words(fields))")
      let block = bytes(peer.readLine() ?? "")
      XCTAssertEqual(words(try decoder.decode(block[...]).fields), words(fields))
    }
  }

  private func randomFields() -> [HeaderField] {
    let names = [":path", "content-type", "grpc-status", "te", "x-a", "x-b", "authorization"]
    return (0..<Int.random(in: 0...10)).map { _ in
      let value = (0..<Int.random(in: 0...50)).map { _ in
        Bool.random() ? UInt8.random(in: 0...255) : UInt8.random(in: 0x61...0x63)
      }
      let indexing: HeaderField.Indexing = [.incremental, .none, .never].randomElement() ?? .none
      return HeaderField(
        name: Array((names.randomElement() ?? "x").utf8), value: Bool.random() ? value : [0x30],
        indexing: indexing)
    }
  }

  private func words(_ fields: [HeaderField]) -> String {
    fields.map { "\(hex($0.name)):\(hex($0.value))" }.joined(separator: " ")
  }

  private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(digits[$0...($0 + 1)]), radix: 16)
    }
  }
}
