// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import Synchronization

extension Link {
  enum Pumped {
    /// Everything is sent and the token is free.
    case released
    /// The socket is full; with `wantsRead`, until bytes arrive.
    case blocked(wantsRead: Bool)
    /// Enough for one turn, more is ready.
    case turnOver
    case failed
    case ending
  }

  /// Batches one caller sends before the IO thread goes on, so that no caller is held captive by
  /// the events of others.
  private static let batchesPerTurn = 32

  /// By a thread other than the IO thread that has taken the token.
  func pump() {
    switch sendUntilReleased() {
    case .released: break
    case .blocked, .turnOver, .failed, .ending: handOver()
    }
  }

  /// Passes the token to the IO thread.
  func handOver() {
    isHandedOver.store(true, ordering: .releasing)
    wakeUp.signal()
  }

  /// Sends what is ready until there is nothing, by the token's holder.
  func sendUntilReleased() -> Pumped {
    guard sending.failure == nil else { return .failed }
    guard let handler = sending.handler else { return .ending }
    for _ in 0..<Link.batchesPerTurn {
      if sending.batch.isEmpty {
        sending.batch.removeAll()
        guard handler.linkNextBatch(&sending.batch), !sending.batch.isEmpty else {
          switch release() {
          case .released: return .released
          case .onceMore: continue
          case .ending: return .ending
          case .blocked: return .blocked(wantsRead: false)
          case .failed: return .failed
          }
        }
      }
      if let stop = sendBatch() { return stop }
    }
    return .turnOver
  }

  private enum Released {
    case released
    case onceMore
    case ending
    case blocked
    case failed
  }

  private func release() -> Released {
    // Bytes inside the transport are nobody's batch any more, but have to leave.
    if transport.mayHoldOutput {
      do {
        _ = try unsafe transport.send(UnsafeBufferPointer(start: nil, count: 0))
      } catch {
        sending.failure = error
        transport.shutdown()
        return .failed
      }
      if transport.mayHoldOutput { return .blocked }
    }
    switch token.release() {
    case .released: return .released
    case .onceMore: return .onceMore
    case .ending: return .ending
    }
  }

  /// Nil when the whole batch went out.
  private func sendBatch() -> Pumped? {
    while !sending.batch.isEmpty {
      let offered = unsafe sending.batch.unsent
      do {
        switch try unsafe transport.send(offered) {
        case .bytes(let count):
          sending.batch.advance(by: count)
          // A short write means that the socket is full, unless there were too many buffers.
          if !sending.batch.isEmpty, offered.count <= System.maximumBufferCount {
            return .blocked(wantsRead: false)
          }
        case .wouldBlock(let wantsRead):
          return .blocked(wantsRead: wantsRead)
        }
      } catch {
        sending.failure = error
        transport.shutdown()
        return .failed
      }
    }
    return nil
  }

  /// Waits until the thread that sends has handed the token over; it never waits itself.
  func awaitToken() {
    while !isHandedOver.exchange(false, ordering: .acquiringAndReleasing) {
      var entries = [wakeUp.pollEntry]
      _ = try? System.poll(&entries, until: .after(.seconds(1)))
      wakeUp.clear()
    }
  }
}
