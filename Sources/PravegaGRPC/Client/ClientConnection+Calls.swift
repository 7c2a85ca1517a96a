// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2
internal import PravegaThreads

extension ClientConnection {
  /// Sends one request and waits for its reply.
  func call(
    _ path: String, _ metadata: GRPCMetadata, _ request: [UInt8], deadline: Deadline
  ) throws(GRPCError) -> GRPCReply {
    let promise = Promise<PendingCall.Outcome>()
    let start = Deadline.now
    endIfOverdue()
    let opened = monitor.wait(until: deadline) { state in
      open(&state, path, metadata, request, promise, deadline)
    }
    guard let opened else { throw GRPCError(.deadlineExceeded, wasProcessed: .none) }
    let stream = try opened.get()
    kick()
    guard let outcome = wait(for: promise.future, since: start, until: deadline) else {
      cancel(stream)
      throw GRPCError(.deadlineExceeded, wasProcessed: .unknown)
    }
    return try outcome.get()
  }

  /// Waits for a reply; after some silence has the server asked whether it is still there.
  private func wait(
    for reply: Future<PendingCall.Outcome>, since start: Deadline, until deadline: Deadline
  ) -> PendingCall.Outcome? {
    while true {
      let moment = askAfterSilence(configuration.silence)
      if let outcome = try? reply.get(until: .earlier(deadline, moment)) { return outcome }
      guard deadline.hasPassed else { continue }
      // A caller in haste leaves the question to those who come later.
      _ = askAfterSilence(.nanoseconds((deadline.nanoseconds &- start.nanoseconds) / 2))
      return nil
    }
  }

  /// Asks, or gives the connection up, when it is time.
  ///
  /// - Returns: when to look again.
  private func askAfterSilence(_ silence: Duration) -> Deadline {
    let question = monitor.withLock { state -> KeepAlive.Question in
      guard state.failure == nil else { return .wait(until: .distantFuture) }
      let question = state.keepAlive.question(
        .now, silence: min(silence, configuration.silence),
        timeout: configuration.silenceTimeout)
      if question == .ask { _ = state.sendPing(nil) }
      return question
    }
    switch question {
    case .ask:
      kick()
      return .after(configuration.silenceTimeout)
    case .wait(let moment): return moment
    case .isOverdue:
      endForSilence()
      return .distantFuture
    }
  }

  /// Ends a connection whose server owes an answer for too long.
  private func endIfOverdue() {
    let isOverdue = monitor.withLock { state in
      state.failure == nil
        && state.keepAlive.isOverdue(.now, after: configuration.silenceTimeout)
    }
    if isOverdue { endForSilence() }
  }

  /// Asks the server for a sign of life.
  func ping(deadline: Deadline) throws(GRPCError) {
    let promise = Promise<Void>()
    let (failure, id) = monitor.withLock { state -> (GRPCError?, UInt64) in
      if let failure = state.failure { return (failure, 0) }
      return (nil, state.sendPing(promise))
    }
    if let failure { throw failure }
    kick()
    do {
      try promise.future.get(until: deadline)
    } catch {
      _ = monitor.withLock { $0.pings.removeValue(forKey: id) }
      throw error as? GRPCError ?? GRPCError(.deadlineExceeded, wasProcessed: .none)
    }
  }

  /// - Returns: `nil` while the server allows no more streams at once.
  private func open(
    _ state: inout State, _ path: String, _ metadata: GRPCMetadata, _ request: [UInt8],
    _ promise: Promise<PendingCall.Outcome>, _ deadline: Deadline
  ) -> Result<StreamID, GRPCError>? {
    if let failure = state.failure { return .failure(failure) }
    guard !state.http.isExhausted else { return .failure(Self.exhausted) }
    guard !deadline.hasPassed else {
      return .failure(GRPCError(.deadlineExceeded, wasProcessed: .none))
    }
    guard state.http.canOpenStream else { return nil }
    do throws(HTTP2Error) {
      let stream = try state.http.openStream(fields(path, metadata, deadline))
      state.http.sendData(MessageBuffer.frame(request)[...], on: stream, endStream: true)
      if state.calls.isEmpty { state.keepAlive.firstCallStarted(.now) }
      state.calls[stream] = PendingCall(
        promise: promise, maxMessageSize: configuration.maxMessageSize)
      return .success(stream)
    } catch {
      return .failure(GRPCError(.protocolViolation("\(error)"), wasProcessed: .none))
    }
  }

  private func fields(
    _ path: String, _ metadata: GRPCMetadata, _ deadline: Deadline
  ) -> [HeaderField] {
    var fields = [
      HeaderField(":method", "POST"),
      HeaderField(":scheme", configuration.isSecure ? "https" : "http"),
      HeaderField(":path", path),
      HeaderField(":authority", configuration.authority),
      HeaderField("te", "trailers"),
      HeaderField("content-type", "application/grpc"),
      HeaderField("user-agent", configuration.userAgent),
    ]
    if deadline != .distantFuture {
      let timeout = GRPCTimeout.encode(deadline.remaining)
      fields.append(HeaderField("grpc-timeout", timeout, indexing: .none))
    }
    return fields + metadata.fields
  }

  /// The caller gave up: so shall the server.
  private func cancel(_ stream: StreamID) {
    let call = monitor.withLock { state in
      state.http.reset(stream, .cancel)
      return state.calls.removeValue(forKey: stream)
    }
    monitor.signalAll()
    if call != nil { kick() }
  }
}

extension ClientConnection.State {
  mutating func sendPing(_ promise: Promise<Void>?) -> UInt64 {
    let id = nextPing
    nextPing += 1
    http.sendPing(id)
    pings[id] = promise
    return id
  }
}
