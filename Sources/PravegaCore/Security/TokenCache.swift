// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Delegation tokens by stream and access, until a store says that one has expired.
final class TokenCache: Sendable {
  private struct Key: Hashable {
    let stream: PravegaStream
    let access: TokenAccess
  }

  private let tokens = Monitor<[Key: String]>([:])

  func token(
    for stream: PravegaStream, _ access: TokenAccess, fetch: () throws(PravegaError) -> String
  ) throws(PravegaError) -> String {
    let key = Key(stream: stream, access: access)
    if let token = tokens.withLock({ $0[key] }) { return token }
    let token = try fetch()
    tokens.withLock { $0[key] = token }
    return token
  }

  func forget(_ stream: PravegaStream) {
    tokens.withLock { tokens in tokens = tokens.filter { $0.key.stream != stream } }
  }
}
