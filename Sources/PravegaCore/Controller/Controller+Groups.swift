// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

package protocol ReaderGroupController: AnyObject, Sendable {
  /// Creates a group, or finds it: its configuration as stored comes back.
  func createReaderGroup(
    scope: String, group: String, _ config: ReaderGroupConfig, until deadline: Deadline
  ) throws(PravegaError) -> ReaderGroupConfig
  func getReaderGroupConfig(
    scope: String, group: String, until deadline: Deadline
  ) throws(PravegaError) -> ReaderGroupConfig
  /// Returns the new generation.
  func updateReaderGroup(
    scope: String, group: String, _ config: ReaderGroupConfig, until deadline: Deadline
  ) throws(PravegaError) -> Int64
  func deleteReaderGroup(
    scope: String, group: String, id: UniqueID, until deadline: Deadline
  ) throws(PravegaError)
  /// The groups, `scope/name`, that hold back the retention of a stream.
  func listSubscribers(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> [String]
  /// - Parameter subscriber: the group as `scope/name`.
  func updateSubscriberStreamCut(
    _ stream: PravegaStream, subscriber: String, id: UniqueID, generation: Int64, cut: StreamCut,
    until deadline: Deadline
  ) throws(PravegaError)
}

package protocol KeyValueTableController: AnyObject, Sendable {
  /// False when it was there already.
  func createKeyValueTable(
    _ table: KeyValueTableInfo, _ config: KeyValueTableConfiguration, until deadline: Deadline
  ) throws(PravegaError) -> Bool
  /// False when it was not there.
  func deleteKeyValueTable(
    _ table: KeyValueTableInfo, until deadline: Deadline
  ) throws(PravegaError) -> Bool
  func getKeyValueTableConfiguration(
    _ table: KeyValueTableInfo, until deadline: Deadline
  ) throws(PravegaError) -> KeyValueTableConfiguration
  func listKeyValueTables(
    inScope scope: String, after token: String, until deadline: Deadline
  ) throws(PravegaError) -> ListingPage<KeyValueTableInfo>
  /// The partitions of a table; a token comes with them.
  func getCurrentSegmentsKeyValueTable(
    _ table: KeyValueTableInfo, until deadline: Deadline
  ) throws(PravegaError) -> StreamSegments
}
