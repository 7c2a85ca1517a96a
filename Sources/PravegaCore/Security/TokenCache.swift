// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Delegation tokens by stream and access; each is renewed before it expires and after a store has
/// refused it.
final class TokenCache: Sendable {
  private struct Key: Hashable {
    let stream: PravegaStream
    let access: TokenAccess
  }

  private let providers = Monitor<[Key: DelegationTokenProvider]>([:])
  /// Streams that have gone out of use are not told apart, so the cache starts over when it is full.
  private static let capacity = 4096

  func token(
    for stream: PravegaStream, _ access: TokenAccess, until deadline: Deadline,
    fetch: @escaping DelegationTokenProvider.Fetch
  ) throws(PravegaError) -> String {
    let key = Key(stream: stream, access: access)
    let provider = providers.withLock { providers in
      if let known = providers[key] { return known }
      if providers.count >= Self.capacity { providers = [:] }
      let made = DelegationTokenProvider(fetch: fetch)
      providers[key] = made
      return made
    }
    return try provider.retrieve(until: deadline)
  }

  /// A store refused a token of the stream.
  func forget(_ stream: PravegaStream) {
    let refused = providers.withLock { $0.filter { $0.key.stream == stream }.map(\.value) }
    for provider in refused { provider.signalExpired() }
  }
}
