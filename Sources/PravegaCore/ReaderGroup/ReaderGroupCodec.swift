// SPDX-License-Identifier: Apache-2.0

/// How the state of a reader group is kept by a ``StateSynchronizer``.
package struct ReaderGroupCodec: StateCodec {
  package init() {}

  package func encode(initial: ReaderGroupUpdate) throws -> [UInt8] {
    try translating { () throws(SerializationError) in try initial.encode() }
  }

  package func decodeInitial(_ bytes: [UInt8]) throws -> ReaderGroupUpdate {
    try decodeUpdate(bytes)
  }

  package func encode(update: ReaderGroupUpdate) throws -> [UInt8] {
    try encode(initial: update)
  }

  package func decodeUpdate(_ bytes: [UInt8]) throws -> ReaderGroupUpdate {
    try translating { () throws(SerializationError) in try ReaderGroupUpdate.decode(bytes) }
  }

  package func begin(
    _ initial: ReaderGroupUpdate, at revision: Revision
  ) throws -> ReaderGroupState {
    switch initial {
    case .start(let start): return ReaderGroupState(start)
    case .compact(let state): return state
    default:
      throw PravegaError(
        .corruptedState, "The state of a reader group begins with a record that begins nothing.")
    }
  }

  package func apply(
    _ update: ReaderGroupUpdate, to state: inout ReaderGroupState, at revision: Revision
  ) throws {
    try state.apply(update)
  }

  private func translating<R>(_ body: () throws(SerializationError) -> R) throws -> R {
    do throws(SerializationError) {
      return try body()
    } catch {
      throw PravegaError(
        .corruptedState, "A record of the reader group's state is malformed: \(error).",
        underlying: error)
    }
  }
}

package typealias ReaderGroupSynchronizer = StateSynchronizer<ReaderGroupCodec>
