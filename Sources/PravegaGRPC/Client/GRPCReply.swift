// SPDX-License-Identifier: Apache-2.0

/// What a successful call brought.
package struct GRPCReply: Hashable, Sendable {
  package let message: [UInt8]
  package let headers: GRPCMetadata
  package let trailers: GRPCMetadata
}
