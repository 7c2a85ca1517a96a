// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaThreads

/// What the client wants from the controllers of a cluster.
///
/// Every call blocks the calling thread until the answer is there, at most until its deadline, and
/// may be made from any thread. Calls are repeated within the deadline as far as that can help.
package protocol Controller: ScopeController, StreamController, SegmentController,
  TransactionController, ReaderGroupController, KeyValueTableController
{
  /// A token for the segments of a stream; empty when the cluster asks for none.
  func getDelegationToken(
    _ stream: PravegaStream, access: TokenAccess, until deadline: Deadline
  ) throws(PravegaError) -> String

  /// The addresses of all controllers.
  func getControllerServerList(until deadline: Deadline) throws(PravegaError) -> [Endpoint]

  /// Which controller does the background work of which buckets.
  func getControllerToBucketMapping(
    _ service: BucketService, until deadline: Deadline
  ) throws(PravegaError) -> [String: [Int32]]

  /// Whether a controller answers and accepts the credentials; any answer counts but a refusal.
  func ping(until deadline: Deadline) throws(PravegaError)

  /// Ends all calls and connections. May be called twice.
  func close(until deadline: Deadline)
}

/// The background work that controllers share out among themselves.
package enum BucketService: Sendable, Hashable {
  case retention
  case watermarking
}

package protocol ScopeController: AnyObject, Sendable {
  /// False when it was there already.
  func createScope(_ scope: String, until deadline: Deadline) throws(PravegaError) -> Bool
  /// False when it was not there.
  func deleteScope(_ scope: String, until deadline: Deadline) throws(PravegaError) -> Bool
  /// Deletes it with all that it holds; controllers answer true also when it was not there.
  func deleteScopeRecursive(
    _ scope: String, until deadline: Deadline
  ) throws(PravegaError) -> Bool
  func checkScopeExists(_ scope: String, until deadline: Deadline) throws(PravegaError) -> Bool
  func listScopes(
    after token: String, until deadline: Deadline
  ) throws(PravegaError) -> ListingPage<String>
}

package protocol StreamController: AnyObject, Sendable {
  /// False when it was there already, whatever its configuration.
  func createStream(
    _ stream: PravegaStream, _ config: StreamConfiguration, until deadline: Deadline
  ) throws(PravegaError) -> Bool
  /// Replaces the whole configuration.
  func updateStream(
    _ stream: PravegaStream, _ config: StreamConfiguration, until deadline: Deadline
  ) throws(PravegaError)
  func truncateStream(
    _ stream: PravegaStream, at cut: StreamCut, until deadline: Deadline
  ) throws(PravegaError)
  func sealStream(_ stream: PravegaStream, until deadline: Deadline) throws(PravegaError)
  /// False when it was not there.
  func deleteStream(_ stream: PravegaStream, until deadline: Deadline) throws(PravegaError) -> Bool
  func checkStreamExists(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> Bool
  func getStreamConfiguration(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> StreamConfiguration
  /// Internal streams are listed too.
  func listStreams(
    inScope scope: String, after token: String, until deadline: Deadline
  ) throws(PravegaError) -> ListingPage<PravegaStream>
  func listStreams(
    inScope scope: String, tag: String, after token: String, until deadline: Deadline
  ) throws(PravegaError) -> ListingPage<PravegaStream>
  /// Says up to which time a writer has written all of its events.
  func noteTimestampFromWriter(
    _ writer: String, _ stream: PravegaStream, timestamp: Int64, position: WriterPosition,
    until deadline: Deadline
  ) throws(PravegaError)
  /// The writer holds back watermarks no more.
  func removeWriter(
    _ writer: String, _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError)
}
