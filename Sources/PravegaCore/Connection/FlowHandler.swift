// SPDX-License-Identifier: Apache-2.0

package import PravegaNet

/// One frame as it was received. The payload is valid during the call only, except that `slab`,
/// when there is one, keeps it alive.
@safe
package struct ReceivedFrame {
  package let code: Int32
  package let payload: UnsafeRawBufferPointer
  package let slab: AnyObject?

  package init(code: Int32, payload: UnsafeRawBufferPointer, slab: AnyObject?) {
    self.code = code
    unsafe self.payload = payload
    self.slab = slab
  }
}

/// A user of a store connection: gets the replies that carry its flow id.
///
/// Both calls come from the connection's IO thread, which must not be held up, and without locks.
package protocol FlowHandler: AnyObject, Sendable {
  func received(_ frame: ReceivedFrame, on connection: StoreConnection)

  /// The connection is gone; comes once, after the last ``received(_:on:)``.
  func connectionLost(_ connection: StoreConnection, _ error: PravegaError)

  /// Whether the store owes it an answer soon, so that silence is a bad sign. Must not lock.
  var awaitsReply: Bool { get }
}

extension FlowHandler {
  package var awaitsReply: Bool { false }
}

/// A flow whose frames are fetched when the connection is ready to send them.
package protocol AppendFlow: FlowHandler {
  /// Adds every block that waits to the batch, without blocking.
  ///
  /// - Returns: the number of blocks added; each is acknowledged by the flow sooner or later.
  func takeBlocks(for connection: StoreConnection, into batch: inout SendBatch) -> Int
}
