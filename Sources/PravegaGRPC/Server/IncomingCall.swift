// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2
internal import PravegaThreads

/// A request while it comes in, and its call once it is whole.
struct IncomingCall: Sendable {
  let path: String
  let fields: [HeaderField]
  let deadline: Deadline
  var body: MessageBuffer
  /// Set when the request is whole and a handler has it.
  var call: GRPCServerCall?
  /// The answer has gone; whatever still comes is dropped.
  var isAnswered = false

  init(_ fields: [HeaderField], maxMessageSize: Int, now: Deadline) {
    self.fields = fields
    path = fields.first(":path") ?? ""
    let timeout = fields.first("grpc-timeout").flatMap(GRPCTimeout.decode)
    deadline = timeout.map { now.advanced(by: $0) } ?? .distantFuture
    body = MessageBuffer(limit: maxMessageSize)
  }

  /// What a request must look like before its body matters, answered as gRPC for Java does.
  var refusal: ServerAnswer? {
    let method = fields.first(":method") ?? ""
    guard method == "POST" else {
      return ServerAnswer(
        httpStatus: "405", GRPCStatus(.internal, "Method '\(method)' is not supported"))
    }
    guard let type = fields.first("content-type") else {
      return ServerAnswer(
        httpStatus: "415", GRPCStatus(.internal, "Content-Type is missing from the request"))
    }
    guard Self.isGRPC(type) else {
      return ServerAnswer(
        httpStatus: "415", GRPCStatus(.internal, "Content-Type '\(type)' is not supported"))
    }
    guard path.hasPrefix("/") else {
      return ServerAnswer(
        httpStatus: "404", GRPCStatus(.unimplemented, "Expected path to start with /: \(path)"))
    }
    return nil
  }

  private static func isGRPC(_ type: String) -> Bool {
    let type = type.lowercased()
    guard type.hasPrefix("application/grpc") else { return false }
    let rest = type.dropFirst("application/grpc".count)
    return rest.isEmpty || rest.hasPrefix("+") || rest.hasPrefix(";")
  }
}

/// An answer that is ready to be sent.
struct ServerAnswer: Hashable, Sendable {
  var httpStatus = "200"
  let status: GRPCStatus
  var message: [UInt8] = []

  init(message: [UInt8]) {
    status = GRPCStatus(.ok)
    self.message = message
  }

  init(httpStatus: String = "200", _ status: GRPCStatus) {
    self.httpStatus = httpStatus
    self.status = status
  }

  init(_ problem: MessageBuffer.Problem, limit: Int) {
    switch problem {
    case .tooLarge(let size):
      self.init(
        GRPCStatus(
          .resourceExhausted, "gRPC message exceeds maximum size \(limit): \(size)"))
    case .compressed:
      self.init(GRPCStatus(.unimplemented, "compressed messages are not supported"))
    case .missing: self.init(GRPCStatus(.internal, "Half-closed without a request"))
    case .truncated: self.init(GRPCStatus(.internal, "Encountered end-of-stream mid-frame"))
    case .tooMany: self.init(GRPCStatus(.internal, "Too many requests"))
    }
  }

  var headers: [HeaderField] {
    [
      HeaderField(":status", httpStatus),
      HeaderField("content-type", "application/grpc"),
      HeaderField("grpc-encoding", "identity"),
      HeaderField("grpc-accept-encoding", "identity"),
    ]
  }

  var trailers: [HeaderField] {
    var fields = [HeaderField("grpc-status", "\(status.code.rawValue)")]
    if !status.message.isEmpty {
      // Long texts would not fit into what clients take as a header list.
      let text = PercentEncoding.encode(String(status.message.prefix(2_000))).prefix(6_000)
      fields.append(
        HeaderField(name: Array("grpc-message".utf8), value: Array(text), indexing: .none))
    }
    return fields
  }

  /// A failure is one header list.
  var trailersOnly: [HeaderField] { Array(headers.prefix(2)) + trailers }
}
