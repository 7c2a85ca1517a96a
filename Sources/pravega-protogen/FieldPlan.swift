// SPDX-License-Identifier: Apache-2.0

/// How a field looks in Swift, and which functions of the reader and writer carry it.
struct FieldPlan {
  let name: String
  let number: Int32
  let swiftType: String
  let defaultValue: String
  let function: String

  init(
    _ field: FieldDescriptor, in message: MessageDescriptor, names: TypeNames
  ) throws(GeneratorError) {
    name = swiftIdentifier(field.name)
    number = field.number
    if let entry = message.messages.first(where: {
      $0.isMapEntry && field.typeName.hasSuffix("." + $0.name)
    }) {
      (swiftType, function) = try FieldPlan.map(entry, names)
      defaultValue = "[:]"
      return
    }
    let single = try FieldPlan.single(field, names)
    if field.isRepeated {
      guard ["int32", "int64", "string", "message"].contains(single.function) else {
        throw .unsupported("repeated \(single.type) \(message.name).\(field.name)")
      }
      swiftType = "[\(single.type)]"
      defaultValue = "[]"
      function = single.function + "s"
    } else if single.function == "message" {
      swiftType = "\(single.type)?"
      defaultValue = "nil"
      function = single.function
    } else {
      swiftType = single.type
      defaultValue = single.value
      function = single.function
    }
  }

  private typealias Single = (type: String, value: String, function: String)

  /// The types of proto3 that the controller uses, by their number in descriptors.
  private static func single(
    _ field: FieldDescriptor, _ names: TypeNames
  ) throws(GeneratorError) -> Single {
    switch field.type {
    case 1: return ("Double", "0", "double")
    case 3: return ("Int64", "0", "int64")
    case 5: return ("Int32", "0", "int32")
    case 8: return ("Bool", "false", "bool")
    case 9: return ("String", "\"\"", "string")
    case 11: return (try names.swiftName(field.typeName), "nil", "message")
    case 14:
      let type = try names.swiftName(field.typeName)
      return (type, "\(type)(rawValue: 0)", "enumeration")
    default: throw .unsupported("type \(field.type) of field \(field.name)")
    }
  }

  private static func map(
    _ entry: MessageDescriptor, _ names: TypeNames
  ) throws(GeneratorError) -> (type: String, function: String) {
    guard entry.fields.count == 2 else { throw .unsupported("map \(entry.name)") }
    let key = try single(entry.fields[0], names)
    let value = try single(entry.fields[1], names)
    switch (key.function, value.function) {
    case ("int64", "int64"): return ("[Int64: Int64]", "int64Map")
    case ("string", "message"): return ("[String: \(value.type)]", "messageMap")
    default: throw .unsupported("map from \(key.type) to \(value.type)")
    }
  }
}
