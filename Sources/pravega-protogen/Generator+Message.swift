// SPDX-License-Identifier: Apache-2.0

extension Generator {
  func emit(
    _ message: MessageDescriptor, _ path: [Int32], _ fullName: String, into text: inout SourceText
  ) throws(GeneratorError) {
    var plans: [FieldPlan] = []
    for field in message.fields {
      plans.append(try FieldPlan(field, in: message, names: names))
    }
    plans.sort { $0.number < $1.number }
    text.doc(comments.sentence(path))
    try text.block("package struct \(message.name): ProtobufMessage") {
      (text) throws(GeneratorError) in
      text.line("package static let protobufName = \"\(fullName)\"")
      properties(plans, into: &text)
      initializers(plans, into: &text)
      merge(plans, into: &text)
      write(plans, into: &text)
      for value in message.enums {
        text.line()
        emit(value, into: &text)
      }
      for (index, nested) in message.messages.enumerated() where !nested.isMapEntry {
        text.line()
        let name = fullName + "." + nested.name
        try emit(nested, path + [3, Int32(index)], name, into: &text)
      }
    }
  }

  private func properties(_ plans: [FieldPlan], into text: inout SourceText) {
    if !plans.isEmpty { text.line() }
    for plan in plans {
      text.line("package var \(plan.name): \(plan.swiftType) = \(plan.defaultValue)")
    }
  }

  private func initializers(_ plans: [FieldPlan], into text: inout SourceText) {
    text.line()
    text.line("package init() {}")
    if plans.isEmpty { return }
    text.line()
    text.line("package init(")
    text.indented { text in
      for plan in plans {
        let comma = plan.number == plans.last?.number ? "" : ","
        text.line("\(plan.name): \(plan.swiftType) = \(plan.defaultValue)\(comma)")
      }
    }
    text.block(")") { text in
      for plan in plans { text.line("self.\(plan.name) = \(plan.name)") }
    }
  }

  private func merge(_ plans: [FieldPlan], into text: inout SourceText) {
    let head = "package mutating func merge(from reader: inout ProtobufReader)"
    text.line()
    text.block(head + " throws(ProtobufError)") { text in
      text.block("while let tag = try reader.nextTag()") { text in
        if plans.isEmpty { return text.line("try reader.skip(tag)") }
        text.line("switch tag.number {")
        for plan in plans {
          text.line("case \(plan.number): try reader.\(plan.function)(&self.\(plan.name), tag)")
        }
        text.line("default: try reader.skip(tag)")
        text.line("}")
      }
    }
  }

  private func write(_ plans: [FieldPlan], into text: inout SourceText) {
    let head = "package func write(to writer: inout ProtobufWriter)"
    text.line()
    if plans.isEmpty { return text.line(head + " {}") }
    text.block(head) { text in
      for plan in plans { text.line("writer.\(plan.function)(\(plan.number), self.\(plan.name))") }
    }
  }
}
