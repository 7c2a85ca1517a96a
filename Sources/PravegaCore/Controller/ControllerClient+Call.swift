// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaProtobuf
internal import PravegaThreads

/// One call of a user, over all of its attempts.
private struct Attempts {
  let began: Deadline
  let deadline: Deadline
  var backoff = Backoff(.untilDeadline)
  /// Attempts that the controller answered with a status that is often a lasting one.
  var few = 0

  /// After so many of those the caller learns about it: about a second.
  static let mostFew = 6
}

extension ControllerClient {
  /// Makes a call, again and again as far as that can help, at most until the deadline.
  ///
  /// - Parameters:
  ///   - about: what the call is about, for the tracing header and for errors.
  func call<Request, Reply>(
    _ method: ProtobufMethod<Request, Reply>, _ request: Request, about subject: String,
    until deadline: Deadline
  ) throws(PravegaError) -> Reply {
    if beginDiscovery() { discover(until: deadline) }
    return try callWithoutDiscovery(method, request, about: subject, until: deadline)
  }

  func callWithoutDiscovery<Request, Reply>(
    _ method: ProtobufMethod<Request, Reply>, _ request: Request, about subject: String,
    until deadline: Deadline
  ) throws(PravegaError) -> Reply {
    let body = request.serialized()
    var attempts = Attempts(began: clock.now(), deadline: deadline)
    var last: PravegaError?
    while true {
      let delay = attempts.backoff.next(random: clock.random()) ?? .zero
      guard try pause(delay, attempts, last, method.name, subject) else { throw closed() }
      guard let (endpoint, transport) = nextTransport() else { throw closed() }
      let requestID = Int64.random(in: .min ... .max)
      do throws(CallFailure) {
        let reply = try transport.call(
          path: method.path, metadata: metadata(method.name, subject, requestID), body: body,
          deadline: deadline)
        note(nil, at: endpoint)
        return try decode(reply)
      } catch {
        note(error, at: endpoint)
        // Why there was no connection says more than that the time is up.
        if error.kind == .deadline, !error.mayHaveRun, let last { throw last }
        var known = error.hiding(Secrets(settings.credentials))
          .asError(endpoint: endpoint.description, isTLS: settings.usesTLS)
        known.context.requestID = requestID
        last = describe(known, attempts, method.name, subject)
        guard shouldRetry(error, &attempts) else { throw last ?? known }
      }
    }
  }

  private func decode<Reply: ProtobufMessage>(_ bytes: [UInt8]) throws(CallFailure) -> Reply {
    do throws(ProtobufError) {
      return try Reply(protobuf: bytes)
    } catch {
      throw CallFailure(.protocolViolation, "\(error)", mayHaveRun: true)
    }
  }

  /// A controller that nobody has ever reached is given up early: most likely its address is wrong.
  private func patience(_ attempts: Attempts) -> Deadline {
    if wasReached { return attempts.deadline }
    return .earlier(attempts.deadline, attempts.began.advanced(by: settings.connectTimeout * 4 / 5))
  }

  private func shouldRetry(_ failure: CallFailure, _ attempts: inout Attempts) -> Bool {
    switch failure.decision {
    case .never: return false
    case .always: return clock.now() < patience(attempts)
    case .few:
      attempts.few += 1
      return attempts.few < Attempts.mostFew && clock.now() < patience(attempts)
    }
  }

  /// False after a close.
  private func pause(
    _ delay: Duration, _ attempts: Attempts, _ last: PravegaError?, _ name: String,
    _ subject: String
  ) throws(PravegaError) -> Bool {
    let now = clock.now()
    guard now < attempts.deadline || last == nil else { throw last ?? late(name, subject) }
    if now >= attempts.deadline { throw late(name, subject) }
    guard delay > .zero, attempts.backoff.attempts > 1 else { return true }
    let moment = now.advanced(by: delay)
    // There will be no time for another attempt: say at once what the matter is.
    if let last, moment >= patience(attempts) { throw last }
    return clock.pause(moment)
  }
}

// MARK: - Words and headers

extension ControllerClient {
  private func describe(
    _ error: PravegaError, _ attempts: Attempts, _ name: String, _ subject: String
  ) -> PravegaError {
    error.with(
      operation: name, subject: subject, attempts: attempts.backoff.attempts,
      elapsed: .nanoseconds(clock.now().nanoseconds - attempts.began.nanoseconds))
  }

  private func closed() -> PravegaError { PravegaError.clientClosed() }

  private func late(_ name: String, _ subject: String) -> PravegaError {
    PravegaError(
      .timeout, "The deadline had passed before the controller was asked.",
      hint: "Give the call more time.", retry: .safe,
      context: PravegaError.Context(operation: name, subject: subject))
  }

  /// The two tracing headers of the Java client and, where there are credentials, theirs.
  private func metadata(
    _ name: String, _ subject: String, _ requestID: Int64
  ) -> [(name: String, value: String)] {
    var metadata = [(name: "requestid", value: String(requestID))]
    let descriptor = subject.isEmpty ? name : name + "-" + subject.replacingSlashes
    if descriptor.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) {
      metadata.append((name: "requestdescriptor", value: descriptor))
    } else {
      metadata.append((name: "requestdescriptor", value: name))
    }
    if let credentials = settings.credentials {
      LockWatch.expectNoLock("credentials")
      let value = credentials.authenticationType + " " + credentials.authenticationToken
      metadata.append((name: "authorization", value: value))
    }
    return metadata
  }

  /// Asks for the list of controllers. A cluster that has none to give is used by the addresses
  /// that the user gave.
  private func discover(until deadline: Deadline) {
    let soon = Deadline.earlier(deadline, clock.now().advanced(by: settings.connectTimeout / 2))
    do throws(PravegaError) {
      let reply = try callWithoutDiscovery(
        Proto.ControllerService.getControllerServerList, Proto.ServerRequest(), about: "",
        until: soon)
      endDiscovery(Self.endpoints(reply))
    } catch {
      endDiscovery(nil)
    }
  }

  static func endpoints(_ reply: Proto.ServerResponse) -> [Endpoint] {
    reply.nodeURI.compactMap { node in
      guard let port = UInt16(exactly: node.port), port > 0, !node.endpoint.isEmpty else {
        return nil
      }
      return Endpoint(host: node.endpoint, port: port)
    }
  }
}

extension String {
  fileprivate var replacingSlashes: String {
    String(map { $0 == "/" ? "-" : $0 })
  }
}
