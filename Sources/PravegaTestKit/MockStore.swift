// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
internal import PravegaThreads
internal import PravegaWire

/// A segment store that follows a script: the n-th connection plays the n-th script.
///
/// For tests of the client that need an answer at an exact moment, or one no store would give.
/// Every difference from the script is kept and thrown by ``finish(within:)``.
package final class MockStore: Sendable {
  /// One move of a script.
  package enum Step: Sendable {
    /// The next frame is exactly this one.
    case expect([UInt8])
    /// The next frame has this code; the answer is made from its payload.
    case answer(Int32, @Sendable ([UInt8]) throws -> [UInt8])
    /// Bytes for the client: frames, or anything else.
    case send([UInt8])
    /// The client ends the connection.
    case expectEnd
    /// Ends the connection at once; the last step.
    case close
  }

  /// A store that says hello with wire versions of which the client has none.
  package static func helloOfAnotherAge() throws -> [Step] {
    var hello = Hello()
    hello.lowVersion = 20
    hello.highVersion = 30
    let bytes = try hello.encoded()
    return [.answer(Hello.code) { _ in bytes }, .expectEnd]
  }

  /// How the conversation differed from the script.
  package struct Mismatch: Error, CustomStringConvertible {
    package let connection: Int
    package let step: Int
    package let detail: String

    package var description: String {
      "connection \(connection), step \(step): \(detail)"
    }
  }

  private struct State {
    var unfinished: Int
    var mismatches: [Mismatch] = []
    var isClosed = false
  }

  package let endpoint: Endpoint
  private let listener: Listener
  private let monitor: Monitor<State>
  private let patience: Duration
  private let worker: Monitor<Worker?>

  /// Listens on a free port of this machine.
  ///
  /// - Parameter patience: how long a step may take.
  package init(_ scripts: [[Step]], patience: Duration = .seconds(10)) throws {
    listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    endpoint = listener.endpoint
    monitor = Monitor(State(unfinished: scripts.count))
    self.patience = patience
    worker = Monitor(nil)
    let accepting = Worker.start(name: "mock-accept") { [self] in accept(scripts) }
    worker.withLock { $0 = accepting }
  }

  /// Waits until every script is played, then closes.
  ///
  /// - Throws: the first ``Mismatch``, or one that says that scripts are not at their end.
  package func finish(within duration: Duration = .seconds(10)) throws {
    defer { close() }
    let done = monitor.wait(until: .after(duration)) { $0.unfinished == 0 ? true : nil }
    if let first = monitor.withLock({ $0.mismatches.first }) { throw first }
    guard done != nil else {
      let left = monitor.withLock { $0.unfinished }
      throw Mismatch(connection: 0, step: 0, detail: "\(left) scripts are not at their end")
    }
  }

  /// Stops listening. Connections end with their scripts, at the latest when patience ends.
  package func close() {
    monitor.withLock { $0.isClosed = true }
    monitor.signalAll()
    listener.close()
    _ = worker.withLock { $0 }?.join(until: .after(patience))
  }

  // MARK: - Playing

  private func accept(_ scripts: [[Step]]) {
    var players: [Worker] = []
    for (index, script) in scripts.enumerated() {
      guard let transport = try? listener.accept(until: .distantFuture) else { break }
      players.append(
        Worker.start(name: "mock-store-\(index + 1)") { [self] in
          play(script, on: transport, number: index + 1)
        })
    }
    for player in players { _ = player.join(until: .after(patience)) }
  }

  private func play(_ script: [Step], on transport: TCPTransport, number: Int) {
    var conversation = MockConversation(transport: transport, patience: patience)
    var mismatch: Mismatch?
    for (index, step) in script.enumerated() {
      do { try conversation.play(step) } catch {
        mismatch = Mismatch(connection: number, step: index + 1, detail: "\(error)")
        break
      }
    }
    transport.shutdown()
    transport.close()
    monitor.withLock { state in
      state.unfinished -= 1
      // What ends because the test ends is no difference.
      if let mismatch, !state.isClosed { state.mismatches.append(mismatch) }
    }
    monitor.signalAll()
  }
}
