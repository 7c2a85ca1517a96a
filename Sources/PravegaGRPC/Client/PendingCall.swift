// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2
internal import PravegaThreads

/// One call that waits for its reply, and what has come of it.
struct PendingCall: Sendable {
  typealias Outcome = Result<GRPCReply, GRPCError>

  let promise: Promise<Outcome>
  private var body: MessageBuffer
  private var headers: [HeaderField] = []
  /// The headers were not those of gRPC: trailers, if they come, may still say more.
  private var suspicion: GRPCStatus?

  init(promise: Promise<Outcome>, maxMessageSize: Int) {
    self.promise = promise
    body = MessageBuffer(limit: maxMessageSize)
  }

  /// - Returns: the outcome, when these headers are all there is.
  mutating func receiveHeaders(_ fields: [HeaderField], isEnd: Bool) -> Outcome? {
    headers = fields
    suspicion = Self.suspicion(fields)
    return isEnd ? finish(fields) : nil
  }

  mutating func receiveData(_ bytes: ArraySlice<UInt8>, isEnd: Bool) -> Outcome? {
    // A proxy's error page is not worth keeping.
    if let suspicion { return isEnd ? Self.failure(.status(suspicion)) : nil }
    do throws(MessageBuffer.Problem) {
      try body.append(bytes)
    } catch {
      return Self.failure(error)
    }
    return isEnd ? Self.failure(.protocolViolation("the reply ended without a status")) : nil
  }

  /// Reads the status, and the message if the status is OK.
  mutating func finish(_ trailers: [HeaderField]) -> Outcome {
    guard let code = trailers.first("grpc-status") else {
      if let suspicion { return Self.failure(.status(suspicion)) }
      return Self.failure(.protocolViolation("the reply has no grpc-status"))
    }
    let status = GRPCStatus(
      Int(code).flatMap(GRPCStatus.Code.init) ?? .unknown, Self.message(trailers))
    guard status.code == .ok else { return Self.failure(.status(status)) }
    do throws(MessageBuffer.Problem) {
      return .success(
        GRPCReply(
          message: try body.message(), headers: GRPCMetadata(headers),
          trailers: GRPCMetadata(trailers)))
    } catch {
      return Self.failure(error)
    }
  }

  private static func message(_ trailers: [HeaderField]) -> String {
    let field = trailers.first { $0.name.elementsEqual("grpc-message".utf8) }
    return PercentEncoding.decode(field?.value ?? [])
  }

  private static func suspicion(_ fields: [HeaderField]) -> GRPCStatus? {
    let status = fields.first(":status") ?? ""
    guard status == "200" else { return .ofHTTP(status) }
    let type = fields.first("content-type") ?? ""
    guard type.hasPrefix("application/grpc") else {
      return GRPCStatus(.unknown, "the reply is of type '\(type)', not gRPC")
    }
    return nil
  }

  private static func failure(_ problem: MessageBuffer.Problem) -> Outcome {
    switch problem {
    case .tooLarge: failure(.replyTooLarge)
    case .compressed: failure(.protocolViolation("the reply is compressed"))
    case .missing: failure(.protocolViolation("the reply has no message"))
    case .truncated: failure(.protocolViolation("the reply's message is cut short"))
    case .tooMany: failure(.protocolViolation("the reply has more than one message"))
    }
  }

  private static func failure(_ kind: GRPCError.Kind) -> Outcome {
    .failure(GRPCError(kind, wasProcessed: .unknown))
  }
}
