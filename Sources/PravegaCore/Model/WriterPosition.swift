// SPDX-License-Identifier: Apache-2.0

/// How far a writer has got in each of its segments; it goes to the controller with a time.
package struct WriterPosition: Sendable, Hashable {
  /// The write offset last acknowledged for the segment, -1 when there is none.
  package var offsets: [Segment: Int64]

  package init(_ offsets: [Segment: Int64] = [:]) { self.offsets = offsets }
}
