// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// Events that are appended together, framed one after the other.
package struct EventBatch: Sendable {
  fileprivate var framed: [UInt8] = []
  fileprivate var count = 0

  package init() {}

  /// Adds an event.
  ///
  /// - Throws: `invalidArgument` when it, or the batch with it, is over the limit.
  package mutating func add(_ event: EventBuffer) throws(PravegaError) {
    guard event.byteCount <= EventFraming.maxPayloadByteCount else {
      throw PravegaError(
        .invalidArgument,
        "An event of the batch has \(event.byteCount) bytes; the limit is \(EventFraming.maxPayloadByteCount).",
        hint: "Split it into smaller events.")
    }
    let total = framed.count + EventFraming.headerByteCount + event.byteCount
    guard total <= EventFraming.maxBatchByteCount else {
      throw PravegaError(
        .invalidArgument,
        "The batch has more than \(EventFraming.maxBatchByteCount) bytes with its headers.",
        hint: "Write smaller batches.")
    }
    framed.append(contentsOf: [0, 0, 0, 0])
    let length = UInt32(event.byteCount)
    unsafe withUnsafeBytes(of: length.bigEndian) { unsafe framed.append(contentsOf: $0) }
    unsafe event.withBytes { unsafe framed.append(contentsOf: $0) }
    count += 1
  }
}

extension StreamWriter {
  /// Appends a batch; see ``writeBatch(framed:count:fraction:by:until:)``.
  package func write(
    _ batch: EventBatch, fraction: Double, by seat: WriterSeat, until deadline: Deadline
  ) throws(PravegaError) -> WriteFuture {
    guard batch.count > 0 else {
      throw PravegaError(
        .invalidArgument, "The batch has no events.", hint: "Write one event at least.")
    }
    return try writeBatch(
      framed: batch.framed, count: batch.count, fraction: fraction, by: seat, until: deadline)
  }
}
