// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

struct EnumDescriptor: ProtobufDecodable {
  var name = ""
  var values: [EnumValueDescriptor] = []

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 1: try reader.string(&name, tag)
      case 2: try reader.messages(&values, tag)
      default: try reader.skip(tag)
      }
    }
  }
}

struct EnumValueDescriptor: ProtobufDecodable {
  var name = ""
  var number: Int32 = 0

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 1: try reader.string(&name, tag)
      case 2: try reader.int32(&number, tag)
      default: try reader.skip(tag)
      }
    }
  }
}

struct ServiceDescriptor: ProtobufDecodable {
  var name = ""
  var methods: [MethodDescriptor] = []

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 1: try reader.string(&name, tag)
      case 2: try reader.messages(&methods, tag)
      default: try reader.skip(tag)
      }
    }
  }
}

struct MethodDescriptor: ProtobufDecodable {
  var name = ""
  var input = ""
  var output = ""
  var clientStreams = false
  var serverStreams = false

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 1: try reader.string(&name, tag)
      case 2: try reader.string(&input, tag)
      case 3: try reader.string(&output, tag)
      case 5: try reader.bool(&clientStreams, tag)
      case 6: try reader.bool(&serverStreams, tag)
      default: try reader.skip(tag)
      }
    }
  }
}

/// The comments of a file, by the path of what they stand in front of.
struct SourceInfo: ProtobufDecodable {
  var locations: [Location] = []

  struct Location: ProtobufDecodable {
    var path: [Int32] = []
    var comment = ""
    var detached: [String] = []

    mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
      while let tag = try reader.nextTag() {
        switch tag.number {
        case 1: try reader.int32s(&path, tag)
        case 3: try reader.string(&comment, tag)
        case 6: try reader.strings(&detached, tag)
        default: try reader.skip(tag)
        }
      }
    }
  }

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      switch tag.number {
      case 1: try reader.messages(&locations, tag)
      default: try reader.skip(tag)
      }
    }
  }
}
