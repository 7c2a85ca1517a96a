// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import Synchronization

/// Trouble on purpose: which requests of a client go wrong, and how.
///
/// A plan is given to an embedded server. Each rule matches requests by name (a wire command such
/// as `AppendBlockEnd`, a controller call such as `getURI`), by connection and by how often they
/// have come; what matches meets the rule's actions. The same requests in the same order always
/// meet the same faults.
///
/// ```swift
/// let plan = try FaultPlan("AppendBlockEnd@3:cut=10, getURI@1+:delay=200")
/// plan.add(FaultRule("ReadSegment", first: 2, .drop))
/// ```
///
/// Safe to use from any thread, also while the server runs.
public final class FaultPlan: Sendable {
  private struct State {
    var rules: [CountedRule] = []
    var generator: FaultGenerator?
    var counts: [String: Int] = [:]
    var total = 0
  }

  private struct CountedRule {
    let rule: FaultRule
    var seen = 0
  }

  private let monitor = Monitor(State())
  private let enabled = Atomic<Bool>(true)

  /// Makes a plan without rules.
  public init() {}

  init(rules: [FaultRule], generator: FaultGenerator? = nil) {
    monitor.withLock { state in
      state.rules = rules.map { CountedRule(rule: $0) }
      state.generator = generator
    }
  }

  /// Adds a rule; its count starts now.
  public func add(_ rule: FaultRule) {
    monitor.withLock { $0.rules.append(CountedRule(rule: rule)) }
  }

  /// Forgets all rules and whatever ``random(seed:rate:choices:)`` would do.
  public func removeAll() {
    let old = monitor.withLock { state in
      defer {
        state.rules = []
        state.generator = nil
      }
      return state.rules
    }
    _ = old
  }

  /// Whether faults are injected; true at first. While false, requests are not counted either.
  public var isEnabled: Bool {
    get { enabled.load(ordering: .relaxed) }
    set { enabled.store(newValue, ordering: .relaxed) }
  }

  /// How many faults were injected so far.
  public var injectedCount: Int { monitor.withLock { $0.total } }

  /// How many faults were injected so far, by the name of the action.
  public var injectedCounts: [String: Int] { monitor.withLock { $0.counts } }

  // MARK: - For the servers

  /// What happens to a request. Call it once for each, before it is handled.
  ///
  /// - Parameters:
  ///   - connection: counted from 1 in the order of acceptance.
  ///   - ordinal: counted from 1 on that connection.
  package func decide(name: String, connection: Int, ordinal: Int) -> FaultDecision? {
    guard enabled.load(ordering: .relaxed) else { return nil }
    let actions = monitor.withLock { state -> [FaultAction] in
      var actions: [FaultAction] = []
      for index in state.rules.indices
      where state.rules[index].rule.concerns(name, on: connection) {
        state.rules[index].seen += 1
        if state.rules[index].rule.hits(state.rules[index].seen) {
          actions += state.rules[index].rule.actions
        }
      }
      if let drawn = state.generator?.draw(name: name, connection, ordinal) {
        actions.append(drawn)
      }
      for action in actions { state.counts[action.name, default: 0] += 1 }
      state.total += actions.count
      return actions
    }
    return actions.isEmpty ? nil : FaultDecision(actions)
  }
}
