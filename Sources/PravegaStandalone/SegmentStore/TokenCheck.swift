// SPDX-License-Identifier: Apache-2.0

/// What a request wants to do with a segment.
package enum TokenAccess: Sendable {
  case read
  case readUpdate
}

/// What a delegation token is worth.
package enum TokenVerdict: Sendable {
  case valid
  case expired
  case refused
}

/// Decides whether a token allows an access to a segment. Called on connection threads; it must
/// not block.
package typealias TokenVerifier =
  @Sendable (_ token: String, _ segment: String, _ access: TokenAccess) -> TokenVerdict
