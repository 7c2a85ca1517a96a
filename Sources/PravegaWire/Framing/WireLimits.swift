// SPDX-License-Identifier: Apache-2.0

/// Limits of frames, with the names that the servers and clients in the field use.
package enum WireLimits {
  package static let headerByteCount = 8
  /// `MAX_WIRECOMMAND_SIZE`: a client accepts a payload of this size.
  package static let maxPayloadToClient = 0x00ff_ffff
  /// A server counts the header, too.
  package static let maxPayloadToServer = 0x00ff_ffff - 8
  /// Wire versions: what this code writes, and the oldest it understands.
  package static let highVersion: Int32 = 17
  package static let lowVersion: Int32 = 5
}
