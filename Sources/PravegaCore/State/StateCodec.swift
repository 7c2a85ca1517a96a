// SPDX-License-Identifier: Apache-2.0

/// What a ``StateSynchronizer`` has to know of the state it keeps.
package protocol StateCodec: Sendable {
  /// The state itself, a value.
  associatedtype State: Sendable
  /// What a state is begun with.
  associatedtype Initial: Sendable
  /// What changes a state. All clients apply it alike.
  associatedtype Update: Sendable

  func encode(initial: Initial) throws -> [UInt8]
  /// The bytes may be followed by zeros.
  func decodeInitial(_ bytes: [UInt8]) throws -> Initial
  func encode(update: Update) throws -> [UInt8]
  func decodeUpdate(_ bytes: [UInt8]) throws -> Update

  func begin(_ initial: Initial, at revision: Revision) throws -> State
  /// Changes the state, or throws and leaves it as it is.
  func apply(_ update: Update, to state: inout State, at revision: Revision) throws
}
