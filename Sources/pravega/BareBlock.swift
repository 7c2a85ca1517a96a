// SPDX-License-Identifier: Apache-2.0

/// One segment's ready-made block: a whole `AppendBlockEnd` frame that is sent again and again.
struct BareBlock {
  /// Type and length in front of each event.
  static let eventHeaderSize = 8

  let segment: String
  let writer: [UInt8]
  let requestID: Int64
  private let eventCount: Int
  private var frame: [UInt8]
  private let numberOffset: Int
  private var lastNumber: Int64 = 0
  private(set) var inFlight = 0

  init(segment: String, writer: [UInt8], requestID: Int64, eventCount: Int, eventSize: Int) {
    self.segment = segment
    self.writer = writer
    self.requestID = requestID
    self.eventCount = eventCount
    let dataSize = eventCount * (BareBlock.eventHeaderSize + eventSize)
    var body = BareFrame(.appendBlockEnd)
    body.bytes(writer)
    body.int32(Int32(dataSize))
    body.int32(Int32(dataSize))
    for _ in 0..<eventCount {
      body.int32(0)
      body.int32(Int32(eventSize))
      body.bytes([UInt8](repeating: UInt8(ascii: "x"), count: eventSize))
    }
    body.int32(Int32(eventCount))
    numberOffset = body.count
    body.int64(0)
    body.int64(requestID)
    frame = body.finished
  }

  /// The frame with its next event number.
  mutating func next() -> [UInt8] {
    lastNumber += Int64(eventCount)
    inFlight += 1
    for index in 0..<8 {
      frame[numberOffset + index] = UInt8(truncatingIfNeeded: lastNumber >> Int64(56 - 8 * index))
    }
    return frame
  }

  /// Returns how many blocks the cumulative acknowledgement of an event number completes.
  mutating func acknowledge(_ number: Int64) -> Int {
    guard (0...lastNumber).contains(number) else { return 0 }
    let left = Int((lastNumber - number) / Int64(eventCount))
    guard left < inFlight else { return 0 }
    defer { inFlight = left }
    return inFlight - left
  }
}
