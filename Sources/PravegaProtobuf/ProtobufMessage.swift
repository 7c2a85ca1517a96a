// SPDX-License-Identifier: Apache-2.0

/// A message that can be read.
package protocol ProtobufDecodable: Sendable {
  init()

  /// Reads fields up to the reader's limit: scalars replace, messages merge, lists grow.
  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError)
}

/// A message that knows its fields; what the generated types conform to.
package protocol ProtobufMessage: ProtobufDecodable, Equatable {
  /// The name with its package, as descriptors spell it.
  static var protobufName: String { get }

  /// Writes the fields that differ from their defaults, in the order of their numbers.
  func write(to writer: inout ProtobufWriter)
}

extension ProtobufDecodable {
  /// Decodes a message; unknown fields are skipped.
  package init(protobuf bytes: [UInt8]) throws(ProtobufError) {
    self.init()
    var reader = ProtobufReader(bytes)
    try merge(from: &reader)
  }
}

extension ProtobufMessage {
  /// The message as bytes; equal messages give equal bytes.
  package func serialized() -> [UInt8] {
    var writer = ProtobufWriter()
    write(to: &writer)
    return writer.bytes
  }
}

/// An enum with room for numbers that this version does not know.
package protocol ProtobufEnum: Hashable, Sendable {
  init(rawValue: Int32)
  var rawValue: Int32 { get }
  /// The name as the `.proto` file spells it, or the number if it is unknown.
  var name: String { get }
}

/// A unary call of a service: its path and the types that travel on it.
package struct ProtobufMethod<Request: ProtobufMessage, Reply: ProtobufMessage>: Sendable {
  /// The name alone, such as `createStream`.
  package let name: String
  /// The HTTP/2 path: `/package.Service/name`.
  package let path: String

  package init(service: String, name: String) {
    self.name = name
    path = "/\(service)/\(name)"
  }
}
