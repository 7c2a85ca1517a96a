// SPDX-License-Identifier: Apache-2.0

/// Why the controller refused a call as a whole, where the call's answer has no status for it.
package enum ControllerFailure: Error, Equatable, Sendable {
  /// The request means nothing, however often it is sent.
  case invalidArgument(String)
  /// A scope, stream, epoch or segment that the call needs does not exist.
  case notFound(String)
  /// The stream is in a state in which it cannot answer.
  case wrongState(String)
  /// Another change of the same stream did not end in time.
  case timedOut(String)
  case unauthenticated(String)
  case permissionDenied(String)
  /// The segment store refused something that it should not have refused.
  case store(String)
}
