// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

// The part of google/protobuf/descriptor.proto that the generator looks at: what `protoc` writes
// with `--descriptor_set_out`.

struct DescriptorSet: ProtobufDecodable {
  var files: [FileDescriptor] = []

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 1: try reader.messages(&files, tag)
      default: try reader.skip(tag)
      }
    }
  }
}

struct FileDescriptor: ProtobufDecodable {
  var name = ""
  var package = ""
  var messages: [MessageDescriptor] = []
  var enums: [EnumDescriptor] = []
  var services: [ServiceDescriptor] = []
  var sourceInfo: SourceInfo?
  var syntax = ""

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 1: try reader.string(&name, tag)
      case 2: try reader.string(&package, tag)
      case 4: try reader.messages(&messages, tag)
      case 5: try reader.messages(&enums, tag)
      case 6: try reader.messages(&services, tag)
      case 9: try reader.message(&sourceInfo, tag)
      case 12: try reader.string(&syntax, tag)
      default: try reader.skip(tag)
      }
    }
  }
}

struct MessageDescriptor: ProtobufDecodable {
  var name = ""
  var fields: [FieldDescriptor] = []
  var messages: [MessageDescriptor] = []
  var enums: [EnumDescriptor] = []
  var options: MessageOptions?

  /// Whether this is the entry type that stands for a map.
  var isMapEntry: Bool { options?.isMapEntry ?? false }

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 1: try reader.string(&name, tag)
      case 2: try reader.messages(&fields, tag)
      case 3: try reader.messages(&messages, tag)
      case 4: try reader.messages(&enums, tag)
      case 7: try reader.message(&options, tag)
      default: try reader.skip(tag)
      }
    }
  }
}

struct MessageOptions: ProtobufDecodable {
  var isMapEntry = false

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 7: try reader.bool(&isMapEntry, tag)
      default: try reader.skip(tag)
      }
    }
  }
}

struct FieldDescriptor: ProtobufDecodable {
  var name = ""
  var number: Int32 = 0
  var label: Int32 = 0
  var type: Int32 = 0
  var typeName = ""

  var isRepeated: Bool { label == 3 }

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 1: try reader.string(&name, tag)
      case 3: try reader.int32(&number, tag)
      case 4: try reader.int32(&label, tag)
      case 5: try reader.int32(&type, tag)
      case 6: try reader.string(&typeName, tag)
      default: try reader.skip(tag)
      }
    }
  }
}
