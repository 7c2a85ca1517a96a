// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// Keeps the delegation token of a stream fresh for all of its connections.
///
/// The token is renewed shortly before it expires and after a store refused it; many callers share
/// one call to the controller. Safe to use from any thread.
package final class DelegationTokenProvider: Sendable {
  /// Asks the controller for a token.
  package typealias Fetch = @Sendable (Deadline) throws(PravegaError) -> String

  private typealias Renewal = Promise<Result<DelegationToken, PravegaError>>

  private struct State {
    var token: DelegationToken?
    var isRefused = false
    var renewal: Future<Result<DelegationToken, PravegaError>>?
  }

  private enum Step {
    case have(DelegationToken)
    case renew(Renewal)
    case wait(Future<Result<DelegationToken, PravegaError>>)
  }

  /// How long before its expiry a token is renewed; the other clients' value.
  package static let defaultThreshold = Duration.seconds(5)

  private let monitor: Monitor<State>
  private let thresholdSeconds: Int64
  private let secondsSince1970: @Sendable () -> Int64
  private let fetch: Fetch?

  /// - Parameters:
  ///   - initial: a token that came with another answer. The empty text means that the cluster asks
  ///     for none, and anything else than a web token is taken as it is for ever.
  ///   - threshold: how long before its expiry a token is renewed.
  package init(
    initial: String? = nil, threshold: Duration = defaultThreshold,
    secondsSince1970: @escaping @Sendable () -> Int64 = { WallClock.secondsSince1970 },
    fetch: @escaping Fetch
  ) {
    let token = initial.map(DelegationToken.init)
    monitor = Monitor(State(token: token))
    thresholdSeconds = threshold.components.seconds
    self.secondsSince1970 = secondsSince1970
    self.fetch = token.map(\.isWebToken) == false ? nil : fetch
  }

  /// A token that is good for some seconds at least; empty when the cluster asks for none.
  ///
  /// Blocks the calling thread while the token is renewed, at most until `deadline`.
  ///
  /// - Throws: what the controller answered, to all callers that wait for it; the next call asks
  ///   again.
  package func retrieve(until deadline: Deadline) throws(PravegaError) -> String {
    let now = secondsSince1970()
    switch monitor.withLock({ next(&$0, now) }) {
    case .have(let token): return token.text
    case .renew(let renewal): return try renew(renewal, until: deadline)
    case .wait(let future): return try wait(for: future, until: deadline)
    }
  }

  /// A store refused `token`: the next ``retrieve(until:)`` gets another. A token that has been
  /// replaced in the meantime is not renewed again.
  package func signalExpired(_ token: String) {
    monitor.withLock { state in
      if state.token?.text == token { state.isRefused = true }
    }
  }

  /// A store refused a token: the next ``retrieve(until:)`` gets another.
  package func signalExpired() { monitor.withLock { $0.isRefused = $0.token != nil } }

  private func next(_ state: inout State, _ now: Int64) -> Step {
    if let token = state.token {
      guard fetch != nil, state.isRefused || isDue(token, now) else { return .have(token) }
    }
    if let renewal = state.renewal { return .wait(renewal) }
    let renewal = Renewal()
    state.renewal = renewal.future
    return .renew(renewal)
  }

  private func isDue(_ token: DelegationToken, _ now: Int64) -> Bool {
    guard let expiry = token.expirySeconds else { return false }
    let (moment, overflow) = now.addingReportingOverflow(thresholdSeconds)
    return overflow || moment >= expiry
  }

  private func renew(
    _ renewal: Renewal, until deadline: Deadline
  ) throws(PravegaError) -> String {
    let result: Result<DelegationToken, PravegaError>
    do throws(PravegaError) {
      result = .success(DelegationToken(try fetch?(deadline) ?? ""))
    } catch {
      result = .failure(error)
    }
    monitor.withLock { state in
      state.renewal = nil
      guard case .success(let token) = result else { return }
      state.token = token
      state.isRefused = false
    }
    renewal.succeed(result)
    return try result.get().text
  }

  /// The caller that renews may have had an earlier deadline than those that wait for it: if it ran
  /// out of time, the others try themselves as long as theirs has not passed.
  private func wait(
    for future: Future<Result<DelegationToken, PravegaError>>, until deadline: Deadline
  ) throws(PravegaError) -> String {
    let result: Result<DelegationToken, PravegaError>
    do {
      result = try future.get(until: deadline)
    } catch {
      throw PravegaError(
        .timeout, "The controller did not send a delegation token in time.",
        hint: "Try again, or give the call more time.", retry: .safe)
    }
    if case .failure(let error) = result, error.code == .timeout, !deadline.hasPassed {
      return try retrieve(until: deadline)
    }
    return try result.get().text
  }
}
