// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// Opens the segments of an event reader on their stores.
package struct StoreOpener: SegmentOpening {
  private let feed: ReadFeed

  /// - Parameter feed: the reader's own; its queue is not used, segments mark themselves ready.
  package init(_ feed: ReadFeed) { self.feed = feed }

  package func open(_ request: SegmentOpenRequest) -> StoreSource { StoreSource(request, feed) }
}

/// A segment on its store as an event reader sees it.
package final class StoreSource: SegmentSource {
  private let reader: SegmentReader
  private let feed: ReadFeed
  private let endOffset: Int64

  init(_ request: SegmentOpenRequest, _ feed: ReadFeed) {
    self.feed = feed
    endOffset = request.endOffset
    reader = feed.open(
      request.segment, at: request.offset, bufferSize: request.bufferSize,
      whenReady: request.ready)
  }

  package var offset: Int64 { reader.offset }

  @inline(__always)
  package func nextHere() -> LentEvent? {
    reader.offset < endOffset ? reader.nextHere() : nil
  }

  package func next() -> SegmentNext {
    guard reader.offset < endOffset else { return .endOffset }
    switch reader.next() {
    case .event(let event): return .event(event)
    case .notReady: return .notReady
    case .end(.endOfSegment): return .endOfSegment
    case .end(.truncated), .end(.missing): return .truncated
    case .end(.failed(let error)): return .failed(error)
    }
  }

  package func skipTruncated(until deadline: Deadline) throws -> Int64? {
    let segment = StoreSegment(feed.core, segment: reader.segment, access: .read)
    do {
      let start = max(try segment.info(until: deadline).startOffset, reader.offset)
      reader.seek(to: start)
      return start
    } catch PravegaError.Code.noSuchSegment {
      return nil
    }
  }

  package func close() { reader.close() }
}
