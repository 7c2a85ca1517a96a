// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire

/// The flow of appends that are made one at a time: hands each reply to the one who waits.
final class AppendReplyFlow: FlowHandler {
  private struct State: Sendable {
    var waiting: Promise<StoreReply>?
    var requestID: Int64 = 0
    var failure: PravegaError?
  }

  private let monitor = Monitor(State())

  /// Sends a frame and waits for the reply to it.
  ///
  /// - Parameter requestID: of the request in the frame; what answers an older one is dropped.
  /// - Throws: with `retry` not `never`, also when the deadline passed: the request may have been
  ///   carried out, and whoever asks again has to use its number again.
  func exchange(
    _ frame: [UInt8], _ requestID: Int64, on connection: StoreConnection, until deadline: Deadline
  ) throws(PravegaError) -> StoreReply {
    let promise = Promise<StoreReply>()
    let failure = monitor.withLock { state -> PravegaError? in
      state.waiting = promise
      state.requestID = requestID
      return state.failure
    }
    if let failure { throw failure }
    guard connection.send(frame) else {
      throw ErrorTranslation.broken(connection.endpoint)
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

  var awaitsReply: Bool { true }

  func received(_ frame: ReceivedFrame, on connection: StoreConnection) {
    guard !isLate(frame) else { return }
    let reply = unsafe StoreReply(code: frame.code, payload: [UInt8](frame.payload))
    take()?.succeed(reply)
  }

  /// Whether it says that an earlier request succeeded or failed, as a reply that came twice does.
  /// Refusals are taken whatever they name: they concern all that the connection is used for.
  private func isLate(_ frame: ReceivedFrame) -> Bool {
    switch frame.code {
    case DataAppended.code, ConditionalCheckFailed.code, AppendSetup.code:
      return monitor.withLock { $0.requestID } != WireCodec.requestID(of: frame)
    default: return false
    }
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
