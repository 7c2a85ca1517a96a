// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// What the paths to the segment stores ask.
extension ControllerClient: SegmentDirectory {
  package func currentSegments(
    of stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments {
    try getCurrentSegments(stream, access: nil, until: deadline)
  }

  package func successors(
    of segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegmentSuccessors {
    try getSegmentsImmediatelyFollowing(segment, until: deadline)
  }

  package func endpoint(
    of segment: Segment, until deadline: Deadline
  ) throws(PravegaError) -> Endpoint {
    try getURI(segment, until: deadline)
  }

  package func delegationToken(
    for stream: PravegaStream, access: TokenAccess, until deadline: Deadline
  ) throws(PravegaError) -> String {
    try getDelegationToken(stream, access: access, until: deadline)
  }
}
