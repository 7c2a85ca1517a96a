// SPDX-License-Identifier: Apache-2.0

/// A part of what a connection sends.
enum OutgoingPart: Sendable {
  case bytes([UInt8])
  case slice(ChunkSlice)
}

/// Replies that wait to be sent, in order. Pure state; the lock is the connection's.
struct Outgoing {
  /// Beyond this many bytes of own, the connection stops reading requests.
  static let highMark = 8 << 20
  /// The same for bytes that lie in chunks of segments: a reply keeps them alive when their
  /// segment has let them go.
  static let sharedMark = 64 << 20

  private var parts: [OutgoingPart] = []
  /// Small replies are put together here.
  private var open: [UInt8] = []
  private(set) var ownBytes = 0
  private(set) var sharedBytes = 0
  /// How many injected delays are running; nothing is sent meanwhile.
  var holds = 0
  /// Injected: nothing is ever sent again.
  var isDead = false
  /// Nothing more is accepted; the connection ends when all has been sent.
  var isEnding = false

  mutating func append(_ bytes: [UInt8]) {
    guard !isEnding, !isDead else { return }
    ownBytes += bytes.count
    if bytes.count > 16 << 10 {
      close()
      parts.append(.bytes(bytes))
    } else {
      open += bytes
    }
  }

  mutating func append(_ newParts: [OutgoingPart]) {
    for part in newParts {
      switch part {
      case .bytes(let bytes): append(bytes)
      case .slice(let slice):
        guard !isEnding, !isDead else { return }
        close()
        parts.append(part)
        sharedBytes += slice.count
      }
    }
  }

  /// Everything that may be sent now; empty if there is nothing.
  mutating func take() -> [OutgoingPart] {
    guard holds == 0, !isDead else { return [] }
    close()
    defer {
      parts = []
      ownBytes = 0
      sharedBytes = 0
    }
    return parts
  }

  /// Whether no more requests should be read until this has been sent.
  var isFull: Bool { ownBytes > Outgoing.highMark || sharedBytes > Outgoing.sharedMark }

  var isDrained: Bool { parts.isEmpty && open.isEmpty && holds == 0 }

  private mutating func close() {
    guard !open.isEmpty else { return }
    parts.append(.bytes(open))
    open = []
  }
}

extension [OutgoingPart] {
  var byteCount: Int {
    reduce(0) { sum, part in
      switch part {
      case .bytes(let bytes): sum + bytes.count
      case .slice(let slice): sum + slice.count
      }
    }
  }

  /// The first `count` bytes.
  func prefix(bytes count: Int) -> [OutgoingPart] {
    var rest = count
    var result: [OutgoingPart] = []
    for part in self where rest > 0 {
      switch part {
      case .bytes(let bytes):
        result.append(.bytes([UInt8](bytes.prefix(rest))))
        rest -= Swift.min(bytes.count, rest)
      case .slice(let slice):
        let taken = Swift.min(slice.count, rest)
        result.append(
          .slice(ChunkSlice(chunk: slice.chunk, offset: slice.offset, count: taken)))
        rest -= taken
      }
    }
    return result
  }
}
