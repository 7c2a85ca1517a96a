// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// An open segment, out of which one reader takes events.
///
/// The reader calls from one thread at a time. No call blocks but ``skipTruncated(until:)``; data
/// arrives on other threads, which say so through the ``ReadyMark`` the source was opened with.
package protocol SegmentSource: AnyObject, Sendable {
  /// The offset of the next event.
  var offset: Int64 { get }

  /// Lends the next event and goes on behind it. What was lent is valid until the next call.
  ///
  /// After ``SegmentNext/notReady`` the source marks itself ready as soon as another call would
  /// give something else. A broken connection is repaired in the background meanwhile.
  func next() -> SegmentNext

  /// The same when the event is in memory and there is nothing else to do first; nil does not say
  /// why not, ``next()`` does.
  func nextHere() -> LentEvent?

  /// Goes to the first byte that truncation has left, after ``SegmentNext/truncated``.
  ///
  /// - Returns: its offset; nil when the segment does not exist any more.
  /// - Throws: code `timeout` when the store has not answered by the deadline.
  func skipTruncated(until deadline: Deadline) throws -> Int64?

  /// Frees the buffers at once and forgets what is still to come.
  func close()
}

/// What a segment has to give.
package enum SegmentNext {
  /// An event.
  case event(LentEvent)
  /// Nothing yet.
  case notReady
  /// Nothing any more: the segment is sealed and read to its end.
  case endOfSegment
  /// Nothing any more: reading was to end here.
  case endOffset
  /// What would be next is gone.
  case truncated
  /// Repair has been given up; only opening the segment anew may help.
  case failed(PravegaError)
}

/// Opens segments. Opening does not block: connecting is part of reading.
package protocol SegmentOpening: Sendable {
  associatedtype Source: SegmentSource

  func open(_ request: SegmentOpenRequest) throws -> Source
}

/// What a source needs to know.
package struct SegmentOpenRequest: Sendable {
  package let segment: Segment
  package let offset: Int64
  /// Where reading ends; `Int64.max` for the end of the segment.
  package let endOffset: Int64
  /// How much the source may hold in memory.
  package let bufferSize: Int
  package let ready: ReadyMark
}
