// SPDX-License-Identifier: Apache-2.0

/// A segment's name as a dictionary key.
///
/// Two names are the same if their bytes are; `String` alone would treat different spellings of
/// an accented letter as one.
package struct SegmentName: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: SegmentName, right: SegmentName) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}
