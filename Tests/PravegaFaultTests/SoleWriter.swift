// SPDX-License-Identifier: Apache-2.0

import PravegaThreads

@testable import PravegaCore

// Writing past an `EventWriterCore`, as the only user of a stream writer.
extension StreamWriter {
  func write(
    _ buffer: EventBuffer, fraction: Double?, until deadline: Deadline
  ) throws(PravegaError) -> WriteFuture {
    try write(buffer, fraction: fraction, by: WriterSeat(0, of: self), until: deadline)
  }

  func write(
    _ batch: EventBatch, fraction: Double, until deadline: Deadline
  ) throws(PravegaError) -> WriteFuture {
    try write(batch, fraction: fraction, by: WriterSeat(0, of: self), until: deadline)
  }
}
