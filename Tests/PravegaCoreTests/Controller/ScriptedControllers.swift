// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaNet
import PravegaProtobuf
import PravegaThreads

/// Controllers that answer by a script, and a clock that moves only when somebody waits.
final class ScriptedControllers: Sendable {
  typealias Answer = @Sendable (Call) throws(CallFailure) -> [UInt8]

  struct Call: Sendable {
    let endpoint: String
    /// The call's number over all endpoints, from 1.
    let number: Int
    let method: String
    let metadata: [String: String]
    let body: [UInt8]
  }

  /// Before every moment of a machine that is up: where the client makes a deadline of its own, from
  /// the real clock, it has not passed here.
  private static let start: Int64 = 1

  struct State: Sendable {
    var calls: [Call] = []
    var nanoseconds = ScriptedControllers.start
    var pauses: [Duration] = []
    var closed: [String] = []
    var isOpen = true
  }

  let state = Monitor(State())
  private let answer: Answer

  init(_ answer: @escaping Answer) { self.answer = answer }

  var calls: [Call] { state.withLock { $0.calls } }
  var now: Deadline { Deadline(nanoseconds: state.withLock { $0.nanoseconds }) }

  func deadline(_ duration: Duration = .seconds(30)) -> Deadline { now.advanced(by: duration) }

  /// Time that a call takes.
  func pass(_ duration: Duration) {
    state.withLock { $0.nanoseconds += duration.saturatingNanoseconds }
  }

  var elapsed: Duration { .nanoseconds(now.nanoseconds - Self.start) }

  func client(
    _ uri: ControllerURI = "tcp://a:1", credentials: (any Credentials)? = nil
  ) -> ControllerClient {
    let clock = RetryClock(
      now: { [self] in now },
      pause: { [self] moment in
        state.withLock { state in
          let wait = max(0, moment.nanoseconds - state.nanoseconds)
          state.nanoseconds += wait
          state.pauses.append(.nanoseconds(wait))
          return state.isOpen
        }
      }, random: { 1 })
    return ControllerClient(
      ControllerSettings(uri: uri, credentials: credentials), clock: clock
    ) { [self] in ScriptedTransport(self, $0) }
  }

  fileprivate func call(
    _ endpoint: Endpoint, _ path: String, _ metadata: [(name: String, value: String)],
    _ body: [UInt8]
  ) throws(CallFailure) -> [UInt8] {
    let call = state.withLock { state in
      let call = Call(
        endpoint: "\(endpoint)", number: state.calls.count + 1,
        method: String(path.split(separator: "/").last ?? ""),
        metadata: Dictionary(metadata.map { ($0.name, $0.value) }) { $1 }, body: body)
      state.calls.append(call)
      return call
    }
    return try answer(call)
  }
}

private final class ScriptedTransport: UnaryTransport {
  let controllers: ScriptedControllers
  let endpoint: Endpoint

  init(_ controllers: ScriptedControllers, _ endpoint: Endpoint) {
    self.controllers = controllers
    self.endpoint = endpoint
  }

  func call(
    path: String, metadata: [(name: String, value: String)], body: [UInt8], deadline: Deadline
  ) throws(CallFailure) -> [UInt8] {
    try controllers.call(endpoint, path, metadata, body)
  }

  func close(until deadline: Deadline) {
    controllers.state.withLock { $0.closed.append("\(endpoint)") }
  }
}
