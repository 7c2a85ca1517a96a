// SPDX-License-Identifier: Apache-2.0

/// A piece of a listing. Sorted by name, so that a token, the last name given out, stays good
/// whatever is created or deleted between two calls.
package struct Page: Sendable, Equatable {
  package static let longest = 1000

  package let names: [String]
  package let token: String

  init(_ names: some Sequence<String>, after token: String, limit: Int = Page.longest) {
    let rest = names.filter { $0 > token }.sorted()
    self.names = Array(rest.prefix(limit))
    self.token = self.names.last ?? token
  }
}
