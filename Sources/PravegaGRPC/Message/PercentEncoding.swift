// SPDX-License-Identifier: Apache-2.0

/// The form of `grpc-message`: UTF-8, everything but printable ASCII percent-encoded.
enum PercentEncoding {
  private static let percent = UInt8(ascii: "%")

  static func encode(_ text: String) -> [UInt8] {
    var output: [UInt8] = []
    for byte in text.utf8 {
      guard byte < 0x20 || byte > 0x7e || byte == percent else {
        output.append(byte)
        continue
      }
      output += [percent, hexDigit(byte >> 4), hexDigit(byte & 15)]
    }
    return output
  }

  /// Broken escapes stay as they are: a message must never be lost because of its form.
  static func decode(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    var at = 0
    while at < bytes.count {
      if bytes[at] == percent, at + 2 < bytes.count, let high = value(bytes[at + 1]),
        let low = value(bytes[at + 2])
      {
        output.append(high << 4 | low)
        at += 3
      } else {
        output.append(bytes[at])
        at += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    default: nil
    }
  }
}
