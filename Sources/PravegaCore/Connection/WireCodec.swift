// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
package import PravegaWire

/// The commands that every store connection deals with, as frames.
package enum WireCodec {
  static let helloCode = Hello.code
  static let keepAliveCode = KeepAlive.code

  /// Encodes a request; fails only when a name or the data is too long for its field.
  package static func frame(_ request: some WireRequest) throws(PravegaError) -> [UInt8] {
    do throws(WireError) { return try request.encoded() } catch {
      throw PravegaError(
        .invalidArgument, "The request does not fit in a frame: \(error).", underlying: error)
    }
  }

  static func hello() throws(PravegaError) -> [UInt8] {
    var hello = Hello()
    hello.highVersion = WireLimits.highVersion
    hello.lowVersion = WireLimits.lowVersion
    return try frame(hello)
  }

  /// Header only.
  static let keepAlive: [UInt8] = [0, 0, 0, UInt8(KeepAlive.code), 0, 0, 0, 0]

  static func checkHello(_ frame: ReceivedFrame, from endpoint: Endpoint) throws(PravegaError) {
    let hello = try decode(Hello.self, frame, from: endpoint)
    guard hello.lowVersion <= WireLimits.highVersion, hello.highVersion >= WireLimits.lowVersion
    else {
      throw PravegaError(
        .unsupportedOperation,
        "The segment store \(endpoint) speaks wire versions \(hello.lowVersion) to \(hello.highVersion), this client \(WireLimits.lowVersion) to \(WireLimits.highVersion).",
        hint: "Use a client and a server of closer releases.",
        context: .init(endpoint: endpoint.description))
    }
  }

  package static func decode<C: WireCommand>(
    _ type: C.Type, _ frame: ReceivedFrame, from endpoint: Endpoint
  ) throws(PravegaError) -> C {
    do throws(WireError) { return try unsafe C(payload: frame.payload) } catch {
      throw malformed(frame, from: endpoint, error)
    }
  }

  static func malformed(
    _ frame: ReceivedFrame, from endpoint: Endpoint, _ cause: (any Error)? = nil
  ) -> PravegaError {
    // No store sends what only clients do.
    if CommandTable[frame.code]?.direction == .request { return ForeignPeer.echo.error(endpoint) }
    return PravegaError(
      .invalidMessage,
      "The server at \(endpoint) sent something that is not the segment-store protocol (code \(frame.code)).",
      hint: "Check that the address is a segment store's.", retry: .safe,
      context: .init(endpoint: endpoint.description), underlying: cause)
  }

  /// The request id of a reply, found without decoding the rest. Nil when the frame is too short for
  /// its command.
  package static func requestID(of frame: ReceivedFrame) -> Int64? {
    switch frame.code {
    case DataAppended.code: return frame.int64(at: 32) ?? -1
    case ConditionalCheckFailed.code: return frame.int64(at: 24) ?? -1
    case InvalidEventNumber.code: return frame.int64(at: 16)
    case SegmentRead.code: return segmentReadRequestID(frame)
    // All other replies start with it.
    default: return frame.int64(at: 0)
    }
  }

  /// The low half of the request id of a reply.
  static func sequence(of frame: ReceivedFrame) -> UInt32 {
    UInt32(truncatingIfNeeded: requestID(of: frame) ?? 0)
  }

  private static func segmentReadRequestID(_ frame: ReceivedFrame) -> Int64? {
    guard let nameLength = frame.uint16(at: 0) else { return nil }
    let dataLengthAt = 2 + Int(nameLength) + 8 + 1 + 1
    guard let dataLength = frame.int32(at: dataLengthAt), dataLength >= 0 else { return nil }
    return frame.int64(at: dataLengthAt + 4 + Int(dataLength)) ?? -1
  }
}

extension ReceivedFrame {
  package func int64(at offset: Int) -> Int64? { integer(at: offset) }
  package func int32(at offset: Int) -> Int32? { integer(at: offset) }
  package func uint16(at offset: Int) -> UInt16? { integer(at: offset) }

  private func integer<T: FixedWidthInteger>(at offset: Int) -> T? {
    guard offset >= 0, unsafe payload.count - offset >= MemoryLayout<T>.size else { return nil }
    return unsafe T(bigEndian: payload.loadUnaligned(fromByteOffset: offset, as: T.self))
  }
}
