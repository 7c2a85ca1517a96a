// SPDX-License-Identifier: Apache-2.0

/// A self-contained SVG of latencies over percentiles.
///
/// The horizontal axis stretches the slow end (each nine takes the same room) and the vertical one is
/// logarithmic: that is where runs differ.
package struct PercentilePlot: Sendable {
  package struct Series: Sendable {
    package var name: String
    package var histogram: Histogram

    package init(_ name: String, _ histogram: Histogram) {
      self.name = name
      self.histogram = histogram
    }
  }

  private static let width = 800.0
  private static let height = 420.0
  private static let left = 80.0
  private static let right = 24.0
  private static let top = 56.0
  private static let bottom = 56.0
  private static let colours = ["#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e"]
  private static let marks: [(Double, String)] = [
    (0, "0"), (0.5, "50"), (0.9, "90"), (0.99, "99"), (0.999, "99.9"), (0.9999, "99.99"),
  ]

  private let title: String
  private let series: [Series]
  private let powers: ClosedRange<Int>

  package init(title: String, series: [Series]) {
    self.title = title
    self.series = series
    let used = series.filter { $0.histogram.count > 0 }
    let low = used.map { $0.histogram.milliseconds(0) }.min() ?? 0.1
    let high = used.map { Double($0.histogram.maximum) / 1e6 }.max() ?? 10
    let first = PercentilePlot.power(below: low)
    powers = first...max(first + 1, PercentilePlot.power(below: high) + 1)
  }

  package var svg: String {
    var out = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" \
      font-family="sans-serif" font-size="13">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(Int(Self.left))" y="24" font-size="16">\(Self.escape(title))</text>

      """
    out += grid()
    for (index, one) in series.enumerated() {
      out += line(one, colour: Self.colours[index % Self.colours.count], row: index)
    }
    return out + "</svg>\n"
  }

  private func grid() -> String {
    var out = ""
    let floor = Self.height - Self.bottom
    for (fraction, label) in Self.marks {
      let x = Human.fixed(xPosition(fraction), 1)
      out += "<path d=\"M\(x) \(Self.top)V\(floor)\" stroke=\"#ddd\"/>\n"
      out += "<text x=\"\(x)\" y=\"\(floor + 20)\" text-anchor=\"middle\">\(label)</text>\n"
    }
    for power in powers {
      let y = Human.fixed(yPosition(Self.tenTo(power)), 1)
      out += "<path d=\"M\(Self.left) \(y)H\(Self.width - Self.right)\" stroke=\"#ddd\"/>\n"
      out += "<text x=\"\(Self.left - 8)\" y=\"\(y)\" text-anchor=\"end\" dy=\"4\">"
      out += "\(Human.duration(.nanoseconds(Int64(Self.tenTo(power) * 1e6))))</text>\n"
    }
    let middle = (Self.left + Self.width - Self.right) / 2
    return out + "<text x=\"\(middle)\" y=\"\(Self.height - 12)\" text-anchor=\"middle\">"
      + "percentile</text>\n"
  }

  private func line(_ one: Series, colour: String, row: Int) -> String {
    guard one.histogram.count > 0 else { return "" }
    var points: [String] = []
    for step in 0...400 {
      let fraction = 1 - Self.tenTo(-4.0 * Double(step) / 400)
      let y = yPosition(one.histogram.milliseconds(fraction))
      points.append(Human.fixed(xPosition(fraction), 1) + "," + Human.fixed(y, 1))
    }
    let y = Int(Self.top) + 18 + row * 18
    return """
      <polyline fill="none" stroke="\(colour)" stroke-width="2" points="\
      \(points.joined(separator: " "))"/>
      <text x="\(Int(Self.left) + 12)" y="\(y)" fill="\(colour)">\(Self.escape(one.name))</text>

      """
  }

  /// Each nine takes a quarter of the width.
  private func xPosition(_ fraction: Double) -> Double {
    let nines = min(4, -Self.log10(max(1e-4, 1 - fraction)))
    return Self.left + nines / 4 * (Self.width - Self.left - Self.right)
  }

  private func yPosition(_ milliseconds: Double) -> Double {
    let value = Self.log10(max(1e-6, milliseconds))
    let low = Double(powers.lowerBound)
    let part = min(1, max(0, (value - low) / Double(powers.count - 1)))
    return Self.height - Self.bottom - part * (Self.height - Self.top - Self.bottom)
  }

  private static func escape(_ text: String) -> String {
    var out = ""
    for character in text {
      switch character {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      default: out.append(character)
      }
    }
    return out
  }
}
