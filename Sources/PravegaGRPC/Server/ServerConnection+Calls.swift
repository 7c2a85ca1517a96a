// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2
internal import PravegaThreads

extension ServerConnection {
  /// What follows from an event, to be done outside the lock.
  enum Work: Sendable {
    case run(StreamID, GRPCServerCall)
    case cancel(GRPCServerCall)
  }

  func handle(_ event: HTTP2Event, _ state: inout State, _ now: Deadline) -> [Work] {
    switch event {
    case .ready, .settingsChanged, .pingAcknowledged, .goAway: return []
    case .headers(let id, let fields, let isEnd):
      let incoming = IncomingCall(
        fields, maxMessageSize: owner.configuration.maxMessageSize, now: now)
      state.calls[id] = incoming
      if let refusal = incoming.refusal {
        answer(id, refusal, &state)
        return []
      }
      return isEnd ? endRequest(id, &state) : []
    case .data(let id, let bytes, let isEnd):
      receiveBody(id, bytes, &state)
      return isEnd ? endRequest(id, &state) : []
    case .trailers(let id, _): return endRequest(id, &state)
    case .reset(let id, _), .streamFailed(let id, _):
      return state.calls.removeValue(forKey: id)?.call.map { [.cancel($0)] } ?? []
    case .connectionFailed:
      defer { state.calls = [:] }
      return state.calls.values.compactMap { $0.call.map(Work.cancel) }
    }
  }

  func perform(_ work: Work) {
    switch work {
    case .cancel(let call): call.cancel()
    case .run(let id, let call):
      guard !owner.submit({ [self] in execute(call, on: id) }) else { return }
      let status = GRPCStatus(.resourceExhausted, "too many calls wait for this server")
      reply(ServerAnswer(status), to: id)
    }
  }

  /// Sends a call's answer. Does nothing when the client has gone.
  func reply(_ answer: ServerAnswer, to id: StreamID) {
    monitor.withLock { self.answer(id, answer, &$0) }
    kick()
  }

  /// Sends the first bytes of an answer, then ends the connection.
  func cut(_ id: StreamID, _ answer: ServerAnswer?, after byteCount: Int) {
    monitor.withLock { state in
      var words = state.http.takeOutput(limit: .max)
      if let answer {
        self.answer(id, answer, &state)
        words += state.http.takeOutput(limit: .max).prefix(max(0, byteCount))
      }
      state.lastWords = state.lastWords ?? words
    }
    kick()
    shutdownWhenSent()
  }

  private func receiveBody(_ id: StreamID, _ bytes: ArraySlice<UInt8>, _ state: inout State) {
    guard state.calls[id]?.isAnswered == false else { return }
    do throws(MessageBuffer.Problem) {
      try state.calls[id]?.body.append(bytes)
    } catch {
      let limit = owner.configuration.maxMessageSize
      return answer(id, ServerAnswer(error, limit: limit), &state)
    }
    state.mostBufferedBytes += bytes.count
    guard state.mostBufferedBytes > owner.configuration.maxBufferedBytes else { return }
    state.mostBufferedBytes = state.calls.values.reduce(0) { $0 + $1.body.count }
    guard state.mostBufferedBytes > owner.configuration.maxBufferedBytes else { return }
    let status = GRPCStatus(.resourceExhausted, "too many bytes of requests at once")
    answer(id, ServerAnswer(status), &state)
  }

  private func endRequest(_ id: StreamID, _ state: inout State) -> [Work] {
    guard let incoming = state.calls[id] else { return [] }
    guard !incoming.isAnswered, incoming.call == nil else {
      state.calls[id] = nil
      return []
    }
    do throws(MessageBuffer.Problem) {
      let call = GRPCServerCall(
        path: incoming.path, metadata: GRPCMetadata(incoming.fields),
        message: try incoming.body.message(), deadline: incoming.deadline, connection: peer)
      state.calls[id]?.call = call
      state.calls[id]?.body = MessageBuffer(limit: 0)
      return [.run(id, call)]
    } catch {
      answer(id, ServerAnswer(error, limit: owner.configuration.maxMessageSize), &state)
      return []
    }
  }

  private func answer(_ id: StreamID, _ answer: ServerAnswer, _ state: inout State) {
    guard state.calls[id]?.isAnswered == false else { return }
    if answer.status.code == .ok {
      state.http.sendHeaders(answer.headers, on: id)
      state.http.sendData(MessageBuffer.frame(answer.message)[...], on: id)
      state.http.sendHeaders(answer.trailers, on: id, endStream: true)
    } else {
      state.http.sendHeaders(answer.trailersOnly, on: id, endStream: true)
    }
    let isWhole = state.calls[id]?.call != nil
    state.calls[id]?.isAnswered = true
    state.calls[id]?.body = MessageBuffer(limit: 0)
    if isWhole { state.calls[id] = nil }
    if state.http.queuedBytes > owner.configuration.maxBufferedBytes {
      // The client asks and asks and takes no reply.
      _ = state.http.fail(
        HTTP2Error(.enhanceYourCalm, cause: .limit(.unreadAnswers), "replies are not read"))
      shutdownWhenSent()
    }
  }
}
