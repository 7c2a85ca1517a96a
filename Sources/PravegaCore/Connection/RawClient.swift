// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
package import PravegaThreads
package import PravegaWire

/// Requests to the store that owns a segment, one reply each.
///
/// A lost connection, another host and an expired token are repaired and the request repeated
/// until the deadline, unless that could do it twice. Safe to use from any thread.
package struct RawClient: Sendable {
  private let core: ClientCore
  package let segment: Segment
  private let access: TokenAccess
  /// Ends the calls of whoever makes them.
  private let closing: ClosingSignal

  package init(
    _ core: ClientCore, segment: Segment, access: TokenAccess,
    closing: ClosingSignal = ClosingSignal()
  ) {
    self.core = core
    self.closing = closing
    self.segment = segment
    self.access = access
  }

  /// Sends a request and decodes its reply.
  ///
  /// - Parameters:
  ///   - isIdempotent: whether it may be sent again when its fate is unknown.
  ///   - make: fills the request with its id and a token.
  /// - Throws: the error that a failure reply stands for, or the loss of the connection.
  package func call<Request: WireRequest, Reply: WireReply>(
    _ operation: String, expecting: Reply.Type, isIdempotent: Bool = true,
    until deadline: Deadline, _ make: (_ requestID: Int64, _ token: String) -> Request
  ) throws(PravegaError) -> Reply {
    var attempt = 0
    var expiredTokens = 0
    let start = Deadline.now
    var last: PravegaError?
    while true {
      attempt += 1
      do throws(PravegaError) {
        return try callOnce(
          make, expecting: expecting, isIdempotent: isIdempotent, isRetry: attempt > 1,
          until: deadline)
      } catch {
        guard !core.hasClosed else {
          throw PravegaError.clientClosed(retry: error.retry)
        }
        guard !closing.hasClosed else { throw Self.closedError }
        let elapsed = Duration.nanoseconds(Deadline.now.nanoseconds - start.nanoseconds)
        let final = (error.isLate ? last ?? error : error).with(
          operation: operation, subject: segment.qualifiedName, attempts: attempt, elapsed: elapsed)
        guard error.retry == .safe || (error.retry == .outcomeUnknown && isIdempotent)
        else { throw final }
        if error.code == .tokenExpired { expiredTokens += 1 }
        guard expiredTokens <= StoreFailure.mostExpiredTokens else { throw final }
        let wait = RepairSchedule.delay(
          beforeAttempt: attempt, longest: core.settings.repair.longestPause)
        guard Deadline.after(wait) < deadline, !core.isHopeless(error, since: start, wait: wait)
        else { throw final }
        last = final
        core.pause(wait)
      }
    }
  }

  static let closedError = PravegaError(
    .objectClosed, "It is closed, and waits for no answer any more.",
    hint: "Open another one and use that.")

  private func callOnce<Request: WireRequest, Reply: WireReply>(
    _ make: (Int64, String) -> Request, expecting: Reply.Type, isIdempotent: Bool,
    isRetry: Bool, until deadline: Deadline
  ) throws(PravegaError) -> Reply {
    guard !closing.hasClosed else { throw Self.closedError }
    let token = try core.token(for: segment.pravegaStream, access: access, until: deadline)
    let connection = try core.connection(
      for: segment, purpose: .request, afterFailure: isRetry, until: deadline)
    let flow = RequestFlow()
    closing.tell(flow)
    defer { closing.forget(flow) }
    let lease = try FlowLease(flow, on: connection)
    let frame = try WireCodec.frame(make(lease.id.requestID(sequence: 1), token))
    guard connection.send(frame) else {
      throw ErrorTranslation.broken(connection.endpoint)
    }
    let end =
      isIdempotent ? .earlier(deadline, .after(core.settings.repair.replyTimeout)) : deadline
    let reply = try wait(for: flow, on: connection, isIdempotent, until: end)
    return try decode(reply, from: connection)
  }

  private func wait(
    for flow: RequestFlow, on connection: StoreConnection, _ isIdempotent: Bool,
    until deadline: Deadline
  ) throws(PravegaError) -> StoreReply {
    do { return try flow.reply.get(until: deadline) } catch let error as PravegaError {
      // It was sent: whatever ended the connection, the store may have carried it out.
      throw PravegaError(
        error.code, error.message, hint: error.hint, retry: .outcomeUnknown,
        context: error.context, underlying: error.underlying)
    } catch {
      throw PravegaError(
        .timeout, "The segment store \(connection.endpoint) did not answer in time.",
        hint: isIdempotent
          ? "Check that the store is in good health, or give the call more time."
          : "Check whether it was done before trying again.",
        retry: .outcomeUnknown,
        context: .init(endpoint: connection.endpoint.description))
    }
  }

  private func decode<Reply: WireReply>(
    _ reply: StoreReply, from connection: StoreConnection
  ) throws(PravegaError) -> Reply {
    do throws(PravegaError) {
      return try reply.decoded(Reply.self, from: connection.endpoint)
    } catch {
      noteFailure(error, connection)
      throw error
    }
  }

  private func noteFailure(_ error: PravegaError, _ connection: StoreConnection) {
    switch error.code {
    case .tokenExpired: core.tokenExpired(for: segment.pravegaStream)
    case .connectionFailed, .invalidMessage: connection.retire()
    default: break
    }
  }
}

extension ClientCore {
  /// Waits before a retry; ends early when the client is closed.
  package func pause(_ duration: Duration) { closing.pause(duration) }
}
