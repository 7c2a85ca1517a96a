// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// What a ``StreamWriter`` needs of the client around it. All calls may block until their deadline
/// and come from repair threads.
package protocol AppendEnvironment: Sendable {
  var buffers: BufferPool { get }
  var log: Logger { get }
  var timers: Timers { get }
  var repairs: RepairPool { get }
  var settings: EngineSettings { get }

  /// A connection to the store of `segment`, and a token for it. Asks the controller anew when
  /// `afterFailure` says that the last address did not work.
  ///
  /// - Parameter owner: whoever shares the connection with nobody else.
  func appendConnection(
    for segment: Segment, of owner: ConnectionOwner?, afterFailure: Bool, until deadline: Deadline
  ) throws(PravegaError) -> (connection: StoreConnection, token: String)

  /// Ends the connections of an owner, once their flows have left. Never blocks.
  func release(_ owner: ConnectionOwner)

  /// The segments that replaced a sealed one, with their ranges and predecessors.
  func successors(
    of segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegmentSuccessors

  /// Whether a connection that could not be made is most likely never made; see ``ClientCore``.
  func isHopeless(_ error: PravegaError, since start: Deadline, wait: Duration) -> Bool

  /// A token of the stream was refused as expired.
  func tokenExpired(of segment: Segment)
}
