// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// What the connections of a server share, beside the core.
struct StoreServices: Sendable {
  var faults: FaultPlan?
  var tokens: TokenVerifier?
  var timers: Timers?
  /// Seals a segment in mid-append, by fault; the embedded controller may make it a scale.
  var sealSegment: @Sendable (String) -> Void
  /// Lines for the operator.
  var log: @Sendable (String) -> Void
  /// A connection is gone.
  var closed: @Sendable (Int) -> Void
}
