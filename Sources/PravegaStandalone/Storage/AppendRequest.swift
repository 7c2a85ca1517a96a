// SPDX-License-Identifier: Apache-2.0

/// The bytes of one append, in up to three pieces: a block, the split event's beginning inside
/// of it, and its end behind it.
@safe
package struct AppendBytes {
  package var head: UnsafeRawBufferPointer
  package var middle: UnsafeRawBufferPointer
  package var tail: UnsafeRawBufferPointer

  package init(
    _ head: UnsafeRawBufferPointer,
    _ middle: UnsafeRawBufferPointer = unsafe UnsafeRawBufferPointer(start: nil, count: 0),
    _ tail: UnsafeRawBufferPointer = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
  ) {
    unsafe self.head = head
    unsafe self.middle = middle
    unsafe self.tail = tail
  }

  package var count: Int { unsafe head.count + middle.count + tail.count }
}

/// Under what conditions an append is stored, and what it changes beside the bytes.
package struct AppendTerms: Sendable {
  /// Whose append it is; nil for the server's own.
  package var writer: AttributeID?
  /// The number of its last event.
  package var number: Int64 = 0
  /// The number of the writer's append before, as its connection knows it.
  package var previousNumber: Int64 = absentAttribute
  package var eventCount: Int32 = 1
  /// The length that the segment must have; negative: any.
  package var expectedLength: Int64 = -1

  package init() {}
}
