// SPDX-License-Identifier: Apache-2.0

/// A page of a listing and where the next one begins.
package struct ListingPage<Element: Sendable>: Sendable {
  package let elements: [Element]
  /// Opaque; empty at the start.
  package let token: String

  package init(_ elements: [Element], token: String) {
    self.elements = elements
    self.token = token
  }
}

/// Goes through a listing that a server hands out page by page.
///
/// Not for use by several threads at once.
public struct BlockingIterator<Element: Sendable> {
  package typealias Fetch = (_ token: String) throws(PravegaError) -> ListingPage<Element>

  private let fetch: Fetch
  private var page: ArraySlice<Element> = []
  private var token = ""
  private var isAtEnd = false

  /// - Parameter fetch: gets the page at a token; an empty page ends the listing.
  package init(_ fetch: @escaping Fetch) { self.fetch = fetch }

  /// The next element, nil at the end.
  ///
  /// Blocks the calling thread while a page is fetched, at most as long as a call to the
  /// controller may take.
  ///
  /// - Throws: ``PravegaError`` as of the call; calling again asks for the same page again.
  public mutating func next() throws(PravegaError) -> Element? {
    if page.isEmpty, !isAtEnd {
      let next = try fetch(token)
      page = next.elements[...]
      token = next.token
      isAtEnd = page.isEmpty
    }
    return page.popFirst()
  }

  /// All elements that are left.
  ///
  /// Blocks the calling thread until the last page is there.
  ///
  /// - Throws: ``PravegaError`` as of the call.
  public mutating func remaining() throws(PravegaError) -> [Element] {
    var all: [Element] = []
    while let element = try next() { all.append(element) }
    return all
  }
}

extension BlockingIterator {
  /// What is left, for a `for` loop: elements, and at the end perhaps a failure.
  public var results: Results { Results(iterator: self) }

  /// A sequence that hands out failures beside elements, because those of the standard library
  /// cannot throw.
  public struct Results: Sequence, IteratorProtocol {
    fileprivate var iterator: BlockingIterator
    fileprivate var hasFailed = false

    /// The next element or the failure to get it; nil at the end and after a failure.
    public mutating func next() -> Result<Element, PravegaError>? {
      guard !hasFailed else { return nil }
      do throws(PravegaError) {
        return try iterator.next().map { .success($0) }
      } catch {
        hasFailed = true
        return .failure(error)
      }
    }
  }
}
