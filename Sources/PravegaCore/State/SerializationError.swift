// SPDX-License-Identifier: Apache-2.0

/// Stored bytes that cannot be decoded, or a value that its format cannot hold.
package struct SerializationError: Error, Hashable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
