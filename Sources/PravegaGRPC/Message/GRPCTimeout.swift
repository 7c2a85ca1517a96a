// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// The form of `grpc-timeout`: at most eight digits and a unit.
enum GRPCTimeout {
  private static let units: [(unit: Character, nanoseconds: Int64)] = [
    ("n", 1), ("u", 1_000), ("m", 1_000_000), ("S", 1_000_000_000), ("M", 60_000_000_000),
    ("H", 3_600_000_000_000),
  ]

  /// In the smallest unit that is precise to the millisecond or else fits, rounded up: the server
  /// must not give up before its caller does.
  static func encode(_ remaining: Duration) -> String {
    let nanoseconds = max(1, remaining.saturatingNanoseconds)
    for (unit, size) in units.dropFirst(2) {
      let count = (nanoseconds - 1) / size + 1
      if count <= 99_999_999 { return "\(count)\(unit)" }
    }
    return "99999999H"
  }

  /// - Returns: `nil` when the text has another form; saturates at what fits.
  static func decode(_ text: String) -> Duration? {
    guard let unit = text.last, let size = units.first(where: { $0.unit == unit })?.nanoseconds
    else { return nil }
    let digits = text.dropLast()
    guard (1...8).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits)
    else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: size)
    return .nanoseconds(overflow ? .max : product)
  }
}
