// SPDX-License-Identifier: Apache-2.0

/// Bytes that are not the segment-store protocol.
package enum WireError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A frame ends within the named field.
  case truncated(field: String)
  /// A field has an impossible value.
  case invalid(field: String)
  /// A frame is longer than the receiver accepts, or has a negative length.
  case frameTooLong(length: Int64)
  /// No command has this code.
  case unknownCommand(Int32)
  /// A command does not fit in a frame or a text not in its length field.
  case tooLong(field: String)
  /// The parts of an append block do not fit together.
  case brokenBlock(String)

  package var description: String {
    switch self {
    case .truncated(let field): return "the frame ends within '\(field)'"
    case .invalid(let field): return "the field '\(field)' has an impossible value"
    case .frameTooLong(let length): return "a frame of \(length) bytes is over the limit"
    case .unknownCommand(let code): return "no command has the code \(code)"
    case .tooLong(let field): return "the field '\(field)' is too long"
    case .brokenBlock(let reason): return "broken append block: \(reason)"
    }
  }
}
