// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads

/// The flow of appends that are made one at a time: hands each reply to the one who waits.
final class AppendReplyFlow: FlowHandler {
  private struct State: Sendable {
    var waiting: Promise<StoreReply>?
    var failure: PravegaError?
  }

  private let monitor = Monitor(State())

  /// Sends a frame and waits for the reply.
  ///
  /// - Throws: with `retry` not `never`, also when the deadline passed: the request may have been
  ///   carried out, and whoever asks again has to use its number again.
  func exchange(
    _ frame: [UInt8], on connection: StoreConnection, until deadline: Deadline
  ) throws(PravegaError) -> StoreReply {
    let promise = Promise<StoreReply>()
    let failure = monitor.withLock { state -> PravegaError? in
      state.waiting = promise
      return state.failure
    }
    if let failure { throw failure }
    guard connection.send(frame) else {
      throw PravegaError(
        .connectionFailed, "The connection to \(connection.endpoint) broke.", retry: .safe)
    }
    do { return try promise.future.get(until: deadline) } catch let error as PravegaError {
      throw error
    } catch {
      throw PravegaError(
        .timeout, "The segment store \(connection.endpoint) did not answer in time.",
        hint: "Check whether it was done before trying again.", retry: .outcomeUnknown,
        context: .init(endpoint: connection.endpoint.description))
    }
  }

  func received(_ frame: ReceivedFrame, on connection: StoreConnection) {
    let reply = unsafe StoreReply(code: frame.code, payload: [UInt8](frame.payload))
    take()?.succeed(reply)
  }

  func connectionLost(_ connection: StoreConnection, _ error: PravegaError) {
    fail(
      PravegaError(
        error.code, error.message, hint: error.hint, retry: .outcomeUnknown,
        context: error.context, underlying: error.underlying))
  }

  func fail(_ error: PravegaError) {
    monitor.withLock { $0.failure = error }
    take()?.fail(error)
  }

  private func take() -> Promise<StoreReply>? {
    monitor.withLock { state in
      defer { state.waiting = nil }
      return state.waiting
    }
  }
}
