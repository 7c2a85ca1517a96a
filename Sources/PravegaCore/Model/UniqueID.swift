// SPDX-License-Identifier: Apache-2.0

/// A 128-bit identity, which Java calls `UUID`.
public struct UniqueID: Sendable, Hashable {
  /// The first eight bytes, most significant first.
  public let high: UInt64
  /// The last eight bytes, most significant first.
  public let low: UInt64

  /// Creates an identity from its two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads the canonical text, `8-4-4-4-12` hexadecimal digits of either case.
  ///
  /// Nil for any other text.
  public init?(_ text: String) {
    let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard groups.map(\.count) == [8, 4, 4, 4, 12] else { return nil }
    guard let high = UniqueID.hexadecimal(groups[0...2].joined()),
      let low = UniqueID.hexadecimal(groups[3...4].joined())
    else { return nil }
    self.init(high: high, low: low)
  }

  /// All bits zero: Java's marker for "not set".
  public static let zero = UniqueID(high: 0, low: 0)

  /// A random identity (version 4).
  public static func random() -> UniqueID {
    let high = UInt64.random(in: .min ... .max)
    let low = UInt64.random(in: .min ... .max)
    return UniqueID(
      high: high & ~0xf000 | 0x4000,
      low: low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
  }

  /// 32 lower-case hexadecimal digits without hyphens, as segment names hold them.
  package var hexadecimal: String { UniqueID.hexadecimal(high) + UniqueID.hexadecimal(low) }

  /// Reads 32 hexadecimal digits without hyphens.
  package init?(hexadecimal text: some StringProtocol) {
    let digits = Array(text.utf8)
    guard digits.count == 32, let high = UniqueID.hexadecimal(digits[..<16]),
      let low = UniqueID.hexadecimal(digits[16...])
    else { return nil }
    self.init(high: high, low: low)
  }

  private static func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.utf8.count) + digits
  }

  private static func hexadecimal(_ digits: some Sequence<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for digit in digits {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt64(digit - 48)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt64(digit - 87)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt64(digit - 55)
      default: return nil
      }
    }
    return value
  }
}

extension UniqueID: CustomStringConvertible {
  /// The canonical text in lower case.
  ///
  /// Events of a transaction without a routing key are routed by this text, so its case matters.
  public var description: String {
    let digits = Array(hexadecimal.utf8)
    let groups = [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
    return groups.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "-")
  }
}

/// The identity of a transaction.
public typealias TransactionID = UniqueID
