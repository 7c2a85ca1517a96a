// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// A line of input, cut into its routing key and its event.
struct KeyedLine {
  var key: String?
  var event: ArraySlice<UInt8>

  init(_ line: ArraySlice<UInt8>, _ keys: WriteSettings.Keys, number: Int) throws {
    switch keys {
    case .none: (key, event) = (nil, line)
    case .fixed(let fixed): (key, event) = (fixed, line)
    case .separated(let separator):
      guard let range = KeyedLine.range(of: separator, in: line) else {
        let shown = String(decoding: separator, as: UTF8.self)
        throw Program.Report(
          "line \(number) of standard input has no '\(shown)' after a key",
          hint: "Write each line as KEY\(shown)EVENT.")
      }
      guard let text = String(validating: line[..<range.lowerBound], as: UTF8.self) else {
        throw Program.Report(
          "the key in line \(number) of standard input is not UTF-8 text",
          hint: "Convert the input, with iconv for example.")
      }
      (key, event) = (text, line[range.upperBound...])
    }
  }

  private static func range(of part: [UInt8], in line: ArraySlice<UInt8>) -> Range<Int>? {
    guard let first = part.first else { return nil }
    var start = line.startIndex
    while let found = line[start...].firstIndex(of: first) {
      let end = found + part.count
      guard end <= line.endIndex else { return nil }
      if line[found..<end].elementsEqual(part) { return found..<end }
      start = found + 1
    }
    return nil
  }
}
