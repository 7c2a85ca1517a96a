// SPDX-License-Identifier: Apache-2.0

/// The handful of frames that `bench raw` sends, written without the client's codec so that the
/// limit which the client is measured against does not depend on it.
struct BareFrame {
  enum Command: Int32 {
    case hello = -127
    case setupAppend = 1
    case appendSetup = 2
    case appendBlockEnd = 4
    case dataAppended = 7
    case createSegment = 20
    case segmentCreated = 21
    case deleteSegment = 30
    case segmentDeleted = 31
  }

  private var buffer: [UInt8] = []

  init(_ command: Command) {
    int32(command.rawValue)
    int32(0)
  }

  var count: Int { buffer.count }

  /// With its length filled in.
  var finished: [UInt8] {
    var frame = buffer
    let length = UInt32(truncatingIfNeeded: buffer.count - 8)
    for index in 0..<4 {
      frame[4 + index] = UInt8(truncatingIfNeeded: length >> UInt32(24 - 8 * index))
    }
    return frame
  }

  mutating func bytes(_ bytes: [UInt8]) { buffer.append(contentsOf: bytes) }

  mutating func int32(_ value: Int32) {
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe buffer.append(contentsOf: $0) }
  }

  mutating func int64(_ value: Int64) {
    unsafe withUnsafeBytes(of: value.bigEndian) { unsafe buffer.append(contentsOf: $0) }
  }

  /// Java's form: a length of 16 bits, then the text, which is ASCII here.
  mutating func text(_ text: String) {
    unsafe withUnsafeBytes(of: UInt16(truncatingIfNeeded: text.utf8.count).bigEndian) {
      unsafe buffer.append(contentsOf: $0)
    }
    buffer.append(contentsOf: text.utf8)
  }

  static var hello: BareFrame {
    var frame = BareFrame(.hello)
    frame.int32(16)
    frame.int32(5)
    return frame
  }

  static func createSegment(_ name: String) -> BareFrame {
    var frame = BareFrame(.createSegment)
    frame.int64(1)
    frame.text(name)
    frame.bytes([0])  // scaling: fixed
    frame.int32(0)
    frame.text("")
    frame.int64(0)
    return frame
  }

  static func setupAppend(_ block: BareBlock) -> BareFrame {
    var frame = BareFrame(.setupAppend)
    frame.int64(block.requestID)
    frame.bytes(block.writer)
    frame.text(block.segment)
    frame.text("")
    return frame
  }

  static func deleteSegment(_ name: String) -> BareFrame {
    var frame = BareFrame(.deleteSegment)
    frame.int64(1)
    frame.text(name)
    frame.text("")
    return frame
  }
}

/// One frame that came back.
struct BareReply {
  var type: Int32
  var body: ArraySlice<UInt8>

  /// Writer and event number of an acknowledgement.
  var dataAppended: (writer: [UInt8], number: Int64)? {
    guard type == BareFrame.Command.dataAppended.rawValue, body.count >= 24 else { return nil }
    let number = body.dropFirst(16).prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    return (Array(body.prefix(16)), number)
  }
}
