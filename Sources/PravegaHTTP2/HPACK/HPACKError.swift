// SPDX-License-Identifier: Apache-2.0

/// Why a header block cannot be decoded. All of them end the connection: the tables of both sides
/// have come apart (RFC 9113 section 4.3).
package enum HPACKError: Error, Hashable, Sendable {
  case truncated
  case integerTooLarge
  case indexOutOfRange
  case tableSizeTooLarge
  /// A table size update after the first field of a block, or a third one.
  case misplacedTableSizeUpdate
  case badPadding
  case endOfStringInside
}
