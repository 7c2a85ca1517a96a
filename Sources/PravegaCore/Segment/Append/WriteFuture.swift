// SPDX-License-Identifier: Apache-2.0

public import Dispatch
package import PravegaThreads

/// The acknowledgement of one written event, in the place of Java's `CompletableFuture<Void>`.
///
/// A small value: it can be waited for, asked and observed, and it does not keep the event's bytes.
/// It completes when the segment store has stored the event durably, or finally failed. Safe to
/// use from any thread.
public struct WriteFuture: Sendable {
  let completion: BlockCompletion
  /// Place of the event in its block.
  let index: Int

  /// Callbacks run here unless the caller names a queue of his own.
  private static let callbacks = DispatchQueue(
    label: "pravega.callbacks", attributes: .concurrent)

  /// Blocks the calling thread until the event is stored.
  ///
  /// - Parameter timeout: the longest wait; nil waits as long as the writer goes on trying, which
  ///   ends by itself (two minutes after its store was lost, by default).
  /// - Throws: ``PravegaError`` with code `timeout` when the time passed first: the outcome is
  ///   unknown and may be waited for again; `segmentSealed` when the stream was sealed;
  ///   `retriesExhausted`, `noSuchSegment`, `objectClosed` or an authorization code when the
  ///   writer gave up.
  @available(*, noasync, message: "get() blocks its thread; call it from a thread of your own")
  public func get(timeout: Duration? = nil) throws {
    try wait(until: timeout.map(Deadline.after) ?? .distantFuture)
  }

  /// Whether the event is stored or has failed. Never blocks.
  public var isDone: Bool { result != nil }

  /// Whether the event has failed. Never blocks.
  public var isFailed: Bool {
    if case .failure? = result { return true }
    return false
  }

  /// The result, or nil while it is pending. Never blocks.
  public var result: Result<Void, any Error>? {
    var future = self
    while true {
      switch future.completion.outcome(of: future.index) {
      case .pending: return nil
      case .stored: return .success(())
      case .failed(let error): return .failure(error)
      case .moved(let futures):
        guard futures.indices.contains(future.index) else { return nil }
        future = futures[future.index]
      }
    }
  }

  /// Calls `body` once with the result, also when it is there already.
  ///
  /// - Parameters:
  ///   - queue: where `body` runs; by default a concurrent queue of the library.
  ///   - body: may block without holding the library up.
  public func whenComplete(
    on queue: DispatchQueue? = nil, _ body: @escaping @Sendable (Result<Void, any Error>) -> Void
  ) {
    let queue = queue ?? Self.callbacks
    completion.onComplete(index: index) { result in queue.async { body(result) } }
  }

  /// Waits until the event is stored, at most until `deadline`.
  package func wait(until deadline: Deadline) throws(PravegaError) {
    var future = self
    while true {
      switch future.completion.wait(for: future.index, until: deadline) {
      case .stored: return
      case .failed(let error): throw error
      case .moved(let futures):
        guard futures.indices.contains(future.index) else {
          throw PravegaError(.illegalState, "An event was lost track of while it changed segments.")
        }
        future = futures[future.index]
      case .pending:
        guard deadline.hasPassed else { continue }
        throw Self.timeoutError
      }
    }
  }

  static var timeoutError: PravegaError {
    PravegaError(
      .timeout, "The event was not acknowledged in time.",
      hint: "Wait again to learn its outcome; it may still be stored.", retry: .outcomeUnknown)
  }
}
