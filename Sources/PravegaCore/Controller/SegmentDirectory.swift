// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// What a delegation token allows.
package enum TokenAccess: Sendable, Hashable {
  case read, write, readWrite
}

/// What the paths to the segment stores need of the controller. Every call blocks at most until
/// its deadline.
package protocol SegmentDirectory: Sendable {
  func currentSegments(
    of stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments

  func successors(
    of segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegmentSuccessors

  /// The store that owns a segment.
  func endpoint(of segment: Segment, until deadline: Deadline) throws(PravegaError) -> Endpoint

  /// A token for the stores, empty where authorization is off.
  func delegationToken(
    for stream: PravegaStream, access: TokenAccess, until deadline: Deadline
  ) throws(PravegaError) -> String
}
