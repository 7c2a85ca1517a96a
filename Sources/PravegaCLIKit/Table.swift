// SPDX-License-Identifier: Apache-2.0

/// Rows under headings, columns as wide as their longest cell.
package struct Table: Sendable {
  package enum Alignment: Sendable { case left, right }

  private let headings: [(String, Alignment)]
  private var rows: [[String]] = []

  package init(_ headings: [(String, Alignment)]) { self.headings = headings }

  package init(_ headings: String...) { self.headings = headings.map { ($0, .left) } }

  package mutating func add(_ cells: [String]) { rows.append(cells) }

  package var isEmpty: Bool { rows.isEmpty }

  package var text: String {
    var widths = headings.map(\.0.count)
    for row in rows {
      for (index, cell) in row.enumerated() where index < widths.count {
        widths[index] = max(widths[index], cell.count)
      }
    }
    let lines = [headings.map(\.0)] + rows
    return lines.map { line($0, widths) + "\n" }.joined()
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var out = ""
    for (index, cell) in cells.enumerated() where index < widths.count {
      let padding = String(repeating: " ", count: widths[index] - cell.count)
      if index > 0 { out += "  " }
      switch headings[index].1 {
      case .left: out += index == widths.count - 1 ? cell : cell + padding
      case .right: out += padding + cell
      }
    }
    return out
  }
}
