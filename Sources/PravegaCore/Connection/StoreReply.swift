// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaWire

/// A reply copied out of the connection's memory.
package struct StoreReply: Sendable {
  package let code: Int32
  package let payload: [UInt8]

  package init(code: Int32, payload: [UInt8]) {
    self.code = code
    self.payload = payload
  }

  /// The reply as `type`.
  ///
  /// - Throws: the error that it stands for when it is a failure, and `invalidMessage` when it is
  ///   anything else or cannot be read.
  package func decoded<C: WireReply>(
    _ type: C.Type, from endpoint: Endpoint
  ) throws(PravegaError) -> C {
    guard code == C.code else { throw try failure(from: endpoint) }
    return try withFrame { (frame) throws(PravegaError) in
      try WireCodec.decode(type, frame, from: endpoint)
    }
  }

  /// The error that the reply stands for where it is not the one that was asked for.
  package func failure(from endpoint: Endpoint) throws(PravegaError) -> PravegaError {
    try withFrame { (frame) throws(PravegaError) in
      try StoreFailure.error(frame, from: endpoint) ?? WireCodec.malformed(frame, from: endpoint)
    }
  }

  func withFrame<R>(
    _ body: (ReceivedFrame) throws(PravegaError) -> R
  ) throws(PravegaError) -> R {
    let result = unsafe payload.withUnsafeBytes { bytes -> Result<R, PravegaError> in
      do throws(PravegaError) {
        return .success(try body(unsafe ReceivedFrame(code: code, payload: bytes, slab: nil)))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}
