// SPDX-License-Identifier: Apache-2.0

/// Gathers the body of one unary call: a flag byte, four bytes of length, the message.
struct MessageBuffer: Sendable {
  enum Problem: Error, Hashable, Sendable {
    case tooLarge(Int)
    case compressed
    case missing
    case truncated
    case tooMany
  }

  static let prefixCount = 5

  private let limit: Int
  private var bytes: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  var count: Int { bytes.count }

  /// Rejects a message as soon as its prefix says that it is too large, and a body that goes on
  /// behind its message: never more than that is kept.
  mutating func append(_ more: ArraySlice<UInt8>) throws(Problem) {
    bytes += more
    guard let length = announcedLength else { return }
    guard length <= limit else { throw .tooLarge(length) }
    guard bytes.count <= Self.prefixCount + length else { throw .tooMany }
  }

  /// The message, once the body has ended.
  consuming func message() throws(Problem) -> [UInt8] {
    guard let length = announcedLength else { throw bytes.isEmpty ? .missing : .truncated }
    guard bytes[0] == 0 else { throw .compressed }
    guard bytes.count == Self.prefixCount + length else { throw .truncated }
    bytes.removeFirst(Self.prefixCount)
    return bytes
  }

  static func frame(_ message: [UInt8]) -> [UInt8] {
    let length = UInt32(clamping: message.count)
    var frame: [UInt8] = [0]
    frame.reserveCapacity(prefixCount + message.count)
    for shift in [24, 16, 8, 0] as [UInt32] {
      frame.append(UInt8(truncatingIfNeeded: length >> shift))
    }
    return frame + message
  }

  private var announcedLength: Int? {
    guard bytes.count >= Self.prefixCount else { return nil }
    return bytes[1..<Self.prefixCount].reduce(0) { $0 << 8 | Int($1) }
  }
}
