// SPDX-License-Identifier: Apache-2.0

/// Swift source under construction: lines with the indentation of the block they are in.
struct SourceText {
  private(set) var text = ""
  private var depth = 0

  mutating func line(_ line: String = "") {
    if !line.isEmpty { text += String(repeating: "  ", count: depth) + line }
    text += "\n"
  }

  mutating func doc(_ sentence: String?) {
    guard let sentence else { return }
    var line = "///"
    for word in sentence.split(separator: " ") {
      if depth * 2 + line.count + 1 + word.count > 100 {
        self.line(line)
        line = "///"
      }
      line += " " + word
    }
    self.line(line)
  }

  /// A head, an indented body and the closing brace.
  mutating func block<E: Error>(
    _ head: String, _ body: (inout SourceText) throws(E) -> Void
  ) throws(E) {
    line(head + " {")
    depth += 1
    try body(&self)
    depth -= 1
    line("}")
  }

  mutating func indented(_ body: (inout SourceText) -> Void) {
    depth += 1
    body(&self)
    depth -= 1
  }
}
