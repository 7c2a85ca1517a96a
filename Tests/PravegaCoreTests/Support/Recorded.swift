// SPDX-License-Identifier: Apache-2.0

import Foundation
import XCTest

/// Data that real clients and servers produced, read from `Tests/Fixtures`.
enum Recorded {
  static let fixtures = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// A file of `vectors`.
  static func vectors(_ name: String) throws -> JSON {
    let file = fixtures.appending(path: "vectors/\(name).json")
    return JSON(try JSONSerialization.jsonObject(with: Data(contentsOf: file)))
  }

  /// The lines of one protocol in a file of `transcripts`.
  static func transcript(_ name: String, proto: String) throws -> [JSON] {
    let text = try String(
      contentsOf: fixtures.appending(path: "transcripts/\(name).jsonl"), encoding: .utf8)
    let marks = ["\"proto\":\"\(proto)\"", "\"proto\": \"\(proto)\""]
    return try text.split(separator: "\n")
      .filter { line in marks.contains { line.contains($0) } }
      .map { JSON(try JSONSerialization.jsonObject(with: Data($0.utf8))) }
  }

  static func transcriptNames() throws -> [String] {
    try FileManager.default
      .contentsOfDirectory(atPath: fixtures.appending(path: "transcripts").path)
      .filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
  }
}

/// A JSON value whose shape the test knows; a wrong guess fails the test.
struct JSON {
  let value: Any

  init(_ value: Any) { self.value = value }

  subscript(_ key: String) -> JSON {
    JSON((value as? [String: Any])?[key] ?? NSNull())
  }

  var isNull: Bool { value is NSNull }

  var array: [JSON] {
    if let list = value as? [Any] { return list.map(JSON.init) }
    XCTFail("no list: \(value)")
    return []
  }

  var object: [String: JSON] {
    if let object = value as? [String: Any] { return object.mapValues(JSON.init) }
    XCTFail("no object: \(value)")
    return [:]
  }

  var string: String {
    if let text = value as? String { return text }
    XCTFail("no text: \(value)")
    return ""
  }

  /// Large numbers are written as texts.
  var int: Int64 {
    if let number = value as? NSNumber { return number.int64Value }
    guard let number = Int64(string) else {
      XCTFail("no number: \(value)")
      return 0
    }
    return number
  }

  var double: Double { (value as? NSNumber)?.doubleValue ?? Double(string) ?? .nan }

  var bool: Bool { (value as? NSNumber)?.boolValue ?? false }

  /// A text of hexadecimal digits.
  var bytes: [UInt8] { [UInt8](hex: string) }
}

extension [UInt8] {
  init(hex: String) {
    let digits = [UInt8](hex.utf8)
    self = stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16) ?? 0
    }
  }

  var hex: String {
    let digits = [UInt8]("0123456789abcdef".utf8)
    return String(
      decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
