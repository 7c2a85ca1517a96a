// SPDX-License-Identifier: Apache-2.0

internal import Glibc

extension PercentilePlot {
  static func log10(_ value: Double) -> Double { Glibc.log10(value) }

  static func tenTo(_ power: Double) -> Double { pow(10, power) }

  static func tenTo(_ power: Int) -> Double { pow(10, Double(power)) }

  /// The power of ten at or below a value.
  static func power(below value: Double) -> Int {
    Int(Glibc.log10(max(1e-6, value)).rounded(.down))
  }
}
