// SPDX-License-Identifier: Apache-2.0

import Foundation
import XCTest

/// Recorded data of this package, read where it lies.
enum Fixtures {
  static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()

  static func url(_ path: String) -> URL {
    tests.appendingPathComponent("Fixtures").appendingPathComponent(path)
  }

  static func files(_ folder: String, ending suffix: String) throws -> [URL] {
    let names = try FileManager.default.contentsOfDirectory(atPath: url(folder).path)
    return names.filter { $0.hasSuffix(suffix) }.sorted().map {
      url(folder).appendingPathComponent($0)
    }
  }

  static func object(_ url: URL) throws -> [String: Any] {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    return try XCTUnwrap(json as? [String: Any], url.lastPathComponent)
  }

  /// Each line's object.
  static func lines(_ url: URL) throws -> [[String: Any]] {
    try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map { line in
      try XCTUnwrap(JSONSerialization.jsonObject(with: Data(line)) as? [String: Any])
    }
  }

  /// Bytes written as hexadecimal text, a repetition, or a list of both. Nil where the recording
  /// leaves something out.
  static func bytes(_ json: Any?) -> [UInt8]? {
    switch json {
    case let text as String: return hex(text)
    case let pieces as [Any]:
      var all: [UInt8] = []
      for piece in pieces {
        guard let bytes = bytes(piece) else { return nil }
        all += bytes
      }
      return all
    case let object as [String: Any]:
      guard let count = object["count"] as? Int, let unit = bytes(object["repeat"]) else {
        return nil
      }
      return unit.count == 1
        ? [UInt8](repeating: unit[0], count: count)
        : Array(repeatElement(unit, count: count).joined())
    default: return nil
    }
  }

  static func hex(_ text: String) -> [UInt8]? {
    let digits = Array(text.utf8)
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = nibble(digits[index]), let low = nibble(digits[index + 1]) else {
        return nil
      }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
