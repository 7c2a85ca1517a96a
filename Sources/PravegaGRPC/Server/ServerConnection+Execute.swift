// SPDX-License-Identifier: Apache-2.0

internal import PravegaHTTP2
internal import PravegaThreads

extension ServerConnection {
  /// On a handler thread: lets the interceptor have its way, runs the handler, answers.
  func execute(_ call: GRPCServerCall, on id: StreamID) {
    guard !call.isCancelled else { return discard(id) }
    guard let handler = owner.configuration.handlers[call.path] else {
      let name = call.path.dropFirst()
      return reply(
        ServerAnswer(GRPCStatus(.unimplemented, "Method not found: \(name)")), to: id)
    }
    let faults = owner.configuration.interceptor?.intercept(call) ?? []
    for fault in faults where !apply(fault, call, handler, id) { return }
    let answer = Self.run(handler, call)
    // As in gRPC for Java, what comes too late is no success, whoever notices first.
    reply(call.deadline.hasPassed ? Self.tooLate : answer, to: id)
  }

  private static let tooLate = ServerAnswer(
    GRPCStatus(.deadlineExceeded, "the deadline passed before the handler was done"))

  /// - Returns: whether the call goes on as usual.
  private func apply(
    _ fault: GRPCFault, _ call: GRPCServerCall, _ handler: GRPCHandler, _ id: StreamID
  ) -> Bool {
    switch fault {
    case .delay(let duration):
      pause(duration, call)
      return true
    case .goAway:
      monitor.withLock { $0.http.sendGoAway() }
      kick()
      return true
    case .duplicate:
      _ = Self.run(handler, call)
      return true
    case .drop: _ = Self.run(handler, call)
    case .hang: break
    case .cutBefore: cut(id, nil, after: 0)
    case .cutAfter(let bytes): cut(id, Self.run(handler, call), after: bytes)
    case .status(let status): reply(ServerAnswer(status), to: id)
    case .answer(let message): reply(ServerAnswer(message: message), to: id)
    case .reset(let code):
      monitor.withLock { state in
        state.http.reset(id, HTTP2ErrorCode(rawValue: code))
        state.calls[id] = nil
      }
      kick()
    }
    return false
  }

  /// Waits until the time is over or nobody waits for the call any more.
  private func pause(_ duration: Duration, _ call: GRPCServerCall) {
    let end = Deadline.after(duration)
    while !end.hasPassed, !call.isCancelled {
      let step = Deadline.earlier(end, .after(.milliseconds(20)))
      _ = monitor.wait(until: step) { $0.isOver ? true : nil }
      if monitor.withLock({ $0.isOver }) { return }
    }
  }

  private func discard(_ id: StreamID) {
    monitor.withLock { state in
      state.http.reset(id, .cancel)
      state.calls[id] = nil
    }
    kick()
  }

  private static func run(_ handler: GRPCHandler, _ call: GRPCServerCall) -> ServerAnswer {
    do {
      return ServerAnswer(message: try handler(call))
    } catch let status as GRPCStatus {
      guard status.code == .ok else { return ServerAnswer(status) }
      return ServerAnswer(GRPCStatus(.internal, "a handler threw OK"))
    } catch {
      return ServerAnswer(GRPCStatus(.unknown))
    }
  }
}
