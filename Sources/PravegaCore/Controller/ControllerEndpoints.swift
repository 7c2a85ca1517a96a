// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads

/// The controllers that calls go to, in turn, and which of them to leave alone for a while.
struct ControllerEndpoints: Sendable {
  /// The addresses that the user gave.
  private let bootstrap: [Endpoint]
  /// Those that a controller named, empty when none did.
  private var discovered: [Endpoint] = []
  private var deadUntil: [Endpoint: Deadline] = [:]
  private var failures: [Endpoint: Int] = [:]
  private var turn = 0

  /// How long the first failure keeps calls away; it doubles up to ``longestRest``.
  static let shortestRest = Duration.milliseconds(500)
  static let longestRest = Duration.seconds(10)

  init(_ bootstrap: [Endpoint]) { self.bootstrap = bootstrap }

  /// Everything that may be called.
  var all: [Endpoint] { discovered.isEmpty ? bootstrap : discovered }

  /// Whether none of the controllers in use answers.
  func areAllDead(_ now: Deadline) -> Bool { all.allSatisfy { isDead($0, now) } }

  /// The next in turn that is not known to be dead. If all are, the addresses that the user gave
  /// come back into play; when these are dead too, the one that has rested longest.
  mutating func next(_ now: Deadline) -> Endpoint? {
    turn &+= 1
    if let alive = pick(all, now) { return alive }
    if let alive = pick(bootstrap, now) { return alive }
    let candidates = all + bootstrap
    return candidates.min { deadUntil[$0] ?? now < deadUntil[$1] ?? now }
  }

  private func pick(_ endpoints: [Endpoint], _ now: Deadline) -> Endpoint? {
    let alive = endpoints.filter { !isDead($0, now) }
    guard !alive.isEmpty else { return nil }
    return alive[Int(UInt(bitPattern: turn) % UInt(alive.count))]
  }

  private func isDead(_ endpoint: Endpoint, _ now: Deadline) -> Bool {
    deadUntil[endpoint].map { now < $0 } ?? false
  }

  mutating func succeeded(_ endpoint: Endpoint) {
    deadUntil[endpoint] = nil
    failures[endpoint] = nil
  }

  mutating func failed(_ endpoint: Endpoint, _ now: Deadline) {
    let count = failures[endpoint, default: 0]
    failures[endpoint] = min(count + 1, 16)
    let rest = min(Self.shortestRest * (1 << min(count, 8)), Self.longestRest)
    deadUntil[endpoint] = now.advanced(by: rest)
  }

  /// Takes the list of a controller; an empty one says nothing.
  mutating func discover(_ endpoints: [Endpoint]) {
    guard !endpoints.isEmpty else { return }
    discovered = endpoints
    let known = Set(endpoints + bootstrap)
    deadUntil = deadUntil.filter { known.contains($0.key) }
    failures = failures.filter { known.contains($0.key) }
  }
}
