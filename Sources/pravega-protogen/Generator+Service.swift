// SPDX-License-Identifier: Apache-2.0

extension Generator {
  func emit(_ value: EnumDescriptor, into text: inout SourceText) {
    text.block("package enum \(value.name): ProtobufEnum") { text in
      for item in value.values { text.line("case \(swiftCase(item.name))") }
      text.line("case unrecognized(Int32)")
      text.line()
      text.block("package init(rawValue: Int32)") { text in
        text.line("switch rawValue {")
        for item in value.values {
          text.line("case \(item.number): self = .\(swiftCase(item.name))")
        }
        text.line("default: self = .unrecognized(rawValue)")
        text.line("}")
      }
      property("rawValue: Int32", value, unknown: "number", into: &text) { "\($0.number)" }
      property("name: String", value, unknown: "String(number)", into: &text) { "\"\($0.name)\"" }
    }
  }

  private func property(
    _ head: String, _ value: EnumDescriptor, unknown: String, into text: inout SourceText,
    _ result: (EnumValueDescriptor) -> String
  ) {
    text.line()
    text.block("package var \(head)") { text in
      text.line("switch self {")
      for item in value.values { text.line("case .\(swiftCase(item.name)): \(result(item))") }
      text.line("case .unrecognized(let number): \(unknown)")
      text.line("}")
    }
  }

  func emit(
    _ service: ServiceDescriptor, _ path: [Int32], into text: inout SourceText
  ) throws(GeneratorError) {
    text.doc(comments.sentence(path))
    try text.block("package enum \(service.name)") { (text) throws(GeneratorError) in
      text.line("package static let name = \"\(file.package).\(service.name)\"")
      text.line()
      for (index, method) in service.methods.enumerated() {
        guard !method.clientStreams, !method.serverStreams else {
          throw .unsupported("streaming call \(method.name)")
        }
        text.doc(comments.sentence(path + [2, Int32(index)]))
        let request = try names.swiftName(method.input)
        let reply = try names.swiftName(method.output)
        text.line("package static let \(swiftIdentifier(method.name)) =")
        text.indented { text in
          text.line("ProtobufMethod<\(request), \(reply)>(")
          text.indented { $0.line("service: name, name: \"\(method.name)\")") }
        }
      }
      text.line()
      text.line("/// The names of all calls, in the order of the file.")
      text.line("package static let allNames = [")
      text.indented { text in
        for method in service.methods { text.line("\"\(method.name)\",") }
      }
      text.line("]")
    }
  }
}
