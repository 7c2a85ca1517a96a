// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2
internal import PravegaThreads

extension ClientConnection.State {
  /// Works off what the machine reports.
  ///
  /// - Returns: whom to wake, outside the lock.
  mutating func handle(_ events: [HTTP2Event]) -> Waiters {
    var waiters = Waiters()
    for event in events { handle(event, &waiters) }
    return waiters
  }

  private mutating func handle(_ event: HTTP2Event, _ waiters: inout Waiters) {
    switch event {
    case .ready: isReady = true
    case .settingsChanged: break
    case .headers(let id, let fields, let isEnd):
      settle(id, calls[id]?.receiveHeaders(fields, isEnd: isEnd), &waiters)
    case .data(let id, let bytes, let isEnd):
      settle(id, calls[id]?.receiveData(bytes, isEnd: isEnd), &waiters)
    case .trailers(let id, let fields): settle(id, calls[id]?.finish(fields), &waiters)
    case .reset(let id, let code): settle(id, .failure(Self.error(ofReset: code)), &waiters)
    case .streamFailed(let id, let error):
      settle(id, .failure(Self.violation(error.message)), &waiters)
    case .pingAcknowledged(let id):
      if let promise = pings.removeValue(forKey: id) { waiters.pings.append((promise, nil)) }
    case .goAway(let goAway):
      for id in goAway.unprocessed {
        settle(id, .failure(Self.error(of: goAway)), &waiters)
      }
    case .connectionFailed(let error):
      let failed = fail(Self.error(of: error))
      waiters.calls += failed.calls
      waiters.pings += failed.pings
    }
  }

  private mutating func settle(
    _ id: StreamID, _ outcome: PendingCall.Outcome?, _ waiters: inout Waiters
  ) {
    guard let outcome, let call = calls.removeValue(forKey: id) else { return }
    // The server may answer before it has read everything; the rest need not be sent.
    http.reset(id, .cancel)
    waiters.calls.append((call.promise, outcome))
  }

  private static func error(ofReset code: HTTP2ErrorCode) -> GRPCError {
    GRPCError(
      .streamReset(code.description), wasProcessed: code == .refusedStream ? .none : .unknown)
  }

  private static func violation(_ message: String) -> GRPCError {
    GRPCError(.protocolViolation(message), wasProcessed: .unknown)
  }

  private static func error(of goAway: HTTP2Event.GoAway) -> GRPCError {
    let why = goAway.code == .noError ? "" : ": \(goAway.code)"
    let text = String(decoding: goAway.debug.prefix(200), as: UTF8.self)
    return GRPCError(
      .goAway(text.isEmpty ? why : "\(why): \(text)"), wasProcessed: .none)
  }

  private static func error(of error: HTTP2Error) -> GRPCError {
    guard case .foreign(let spoken) = error.cause else { return violation(error.message) }
    switch spoken {
    case .http1: return GRPCError(.notHTTP2(.http1), wasProcessed: .none)
    case .tls: return GRPCError(.notHTTP2(.tls), wasProcessed: .none)
    case .other(let bytes): return GRPCError(.notHTTP2(.other(bytes)), wasProcessed: .none)
    }
  }
}
