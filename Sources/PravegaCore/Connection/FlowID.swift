// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// The number that replies are routed by: the high half of every request id.
package struct FlowID: Hashable, Sendable {
  package let value: Int32

  private static let counter = Atomic<UInt32>(0)

  /// The next number of this process: 1 to 2^31 - 1, then 1 again.
  package static func next() -> FlowID {
    while true {
      let value = counter.wrappingAdd(1, ordering: .relaxed).newValue & 0x7fff_ffff
      if value != 0 { return FlowID(value: Int32(value)) }
    }
  }

  package init(value: Int32) { self.value = value }

  /// The flow that a reply belongs to.
  package init(requestID: Int64) { value = Int32(truncatingIfNeeded: requestID >> 32) }

  package func requestID(sequence: UInt32) -> Int64 { Int64(value) << 32 | Int64(sequence) }
}
