// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads

/// Addresses of segments for a short while, so that many readers and writers of one segment ask
/// once. A failure forgets the address: every reconnect asks again.
final class EndpointCache: Sendable {
  private struct Entry {
    let endpoint: Endpoint
    let validUntil: Deadline
  }

  private let entries = Monitor<[Segment: Entry]>([:])
  private static let lifetime = Duration.seconds(20)
  private static let capacity = 4096

  func endpoint(
    of segment: Segment, fetch: () throws(PravegaError) -> Endpoint
  ) throws(PravegaError) -> Endpoint {
    let now = Deadline.now
    if let entry = entries.withLock({ $0[segment] }), now < entry.validUntil {
      return entry.endpoint
    }
    let endpoint = try fetch()
    entries.withLock { entries in
      if entries.count >= Self.capacity { entries = entries.filter { now < $0.value.validUntil } }
      if entries.count >= Self.capacity { entries.removeAll() }
      entries[segment] = Entry(endpoint: endpoint, validUntil: now.advanced(by: Self.lifetime))
    }
    return endpoint
  }

  func forget(_ segment: Segment) { entries.withLock { $0[segment] = nil } }
}
