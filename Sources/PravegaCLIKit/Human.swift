// SPDX-License-Identifier: Apache-2.0

/// Numbers as people write them, in both directions.
package enum Human {
  /// Three significant digits and a unit of thousand: `812`, `1.23 M`.
  package static func count(_ value: Double) -> String {
    scaled(value, step: 1000, units: ["", " k", " M", " G", " T"])
  }

  /// `1.23 M events/s`.
  package static func rate(_ perSecond: Double, _ unit: String) -> String {
    count(perSecond) + " " + unit + "/s"
  }

  /// `4.00 GiB`.
  package static func byteCount(_ value: Double) -> String {
    scaled(value, step: 1024, units: [" B", " KiB", " MiB", " GiB", " TiB"])
  }

  /// `850 ns`, `12.3 ms`, `1.50 s`.
  package static func duration(_ value: Duration) -> String {
    let seconds = value.inSeconds
    if seconds >= 1 || seconds <= 0 { return digits(seconds) + " s" }
    return scaled(seconds * 1e9, step: 1000, units: [" ns", " us", " ms", " s"])
  }

  /// A fixed number of decimals, without the cost and the weight of Foundation.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    guard value.isFinite else { return "-" }
    var factor = 1.0
    for _ in 0..<decimals { factor *= 10 }
    let scaled = (abs(value) * factor).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let whole = Int64(scaled)
    let unit = Int64(factor)
    let sign = value < 0 && whole != 0 ? "-" : ""
    guard decimals > 0 else { return sign + "\(whole)" }
    let fraction = String(whole % unit)
    return sign + "\(whole / unit)." + String(repeating: "0", count: decimals - fraction.count)
      + fraction
  }

  /// `65536`, `64k`, `64KiB`, `4GiB`, `4g`; nil for anything else or beyond 2^63.
  package static func parseByteCount(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == "_") }
    guard let number = Int(digits.filter { $0 != "_" }) else { return nil }
    let shift: Int
    switch text.dropFirst(digits.count).lowercased().filter({ $0 != " " }) {
    case "", "b": shift = 0
    case "k", "kb", "kib": shift = 10
    case "m", "mb", "mib": shift = 20
    case "g", "gb", "gib": shift = 30
    case "t", "tb", "tib": shift = 40
    default: return nil
    }
    let (product, overflow) = number.multipliedReportingOverflow(by: 1 << shift)
    return overflow ? nil : product
  }

  /// `30` and `30s` are seconds, then `500ms`, `20us`, `2m`, `1h`.
  package static func parseDuration(_ text: String) -> Duration? {
    let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    guard let number = Double(digits), number.isFinite, number < 1e9 else { return nil }
    switch text.dropFirst(digits.count) {
    case "", "s": return .seconds(number)
    case "us": return .microseconds(number)
    case "ms": return .milliseconds(number)
    case "m", "min": return .seconds(number * 60)
    case "h": return .seconds(number * 3600)
    default: return nil
    }
  }

  private static func scaled(_ value: Double, step: Double, units: [String]) -> String {
    guard value.isFinite else { return "-" }
    var value = value
    var index = 0
    while abs(value) >= step * 0.9995, index + 1 < units.count {
      value /= step
      index += 1
    }
    return (index == 0 ? trimmed(value) : digits(value)) + units[index]
  }

  private static func trimmed(_ value: Double) -> String {
    value == value.rounded() ? fixed(value, 0) : digits(value)
  }

  private static func digits(_ value: Double) -> String {
    let size = abs(value)
    return fixed(value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2)
  }
}

extension Duration {
  /// As a floating-point number; exact enough for reports.
  package var inSeconds: Double {
    let (whole, fraction) = components
    return Double(whole) + Double(fraction) * 1e-18
  }
}
