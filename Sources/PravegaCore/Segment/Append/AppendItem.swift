// SPDX-License-Identifier: Apache-2.0

/// One thing to append: an event, or events with one key that must stay together.
@safe
enum AppendItem {
  /// A payload to copy.
  case payload(UnsafeRawBufferPointer, RoutingWord)
  /// A payload that stays where it is.
  case riding(RidingPayload, RoutingWord)
  /// Framed events to copy.
  case framed(UnsafeRawBufferPointer, [RoutingWord])
  /// Framed events that stay where they are.
  case ridingFramed(RidingPayload, [RoutingWord])

  /// Bytes that go into a chunk.
  @inline(__always)
  var copiedByteCount: Int {
    switch self {
    case .payload(let bytes, _): return bytes.count + EventFraming.headerByteCount
    case .riding: return EventFraming.headerByteCount
    case .framed(let bytes, _): return bytes.count
    case .ridingFramed: return 0
    }
  }

  /// Bytes that go to the store.
  @inline(__always)
  var framedByteCount: Int {
    switch self {
    case .payload(let bytes, _): return bytes.count + EventFraming.headerByteCount
    case .riding(let payload, _): return payload.count + EventFraming.headerByteCount
    case .framed(let bytes, _): return bytes.count
    case .ridingFramed(let payload, _): return payload.count
    }
  }

  @inline(__always)
  func add(to block: AppendBlock) {
    switch self {
    case .payload(let bytes, let word): unsafe block.append(bytes, routing: word)
    case .riding(let payload, let word): block.append(riding: payload, routing: word)
    case .framed(let bytes, let words): unsafe block.append(framed: bytes, routing: words)
    case .ridingFramed(let payload, let words): block.append(ridingFramed: payload, routing: words)
    }
  }
}
