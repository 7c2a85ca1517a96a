// SPDX-License-Identifier: Apache-2.0

extension FaultPlan {
  /// Makes a plan that lets requests go wrong at random.
  ///
  /// What meets a request depends on the seed, the connection and the request's position on it
  /// alone, so that threads that run differently do not change the plan.
  ///
  /// - Parameters:
  ///   - seed: the same seed, the same plan.
  ///   - rate: the share of requests that go wrong, 0 to 1.
  ///   - choices: the faults to choose from, each as likely as the others; an empty list means cuts
  ///     before and in the reply, and delays up to 20 ms.
  public static func random(
    seed: UInt64, rate: Double, choices: [FaultAction] = []
  ) -> FaultPlan {
    FaultPlan(rules: [], generator: FaultGenerator(seed: seed, rate: rate, choices: choices))
  }
}

/// Draws faults; a pure function of its arguments.
struct FaultGenerator: Sendable {
  private let seed: UInt64
  private let threshold: UInt64
  private let choices: [FaultAction]

  init(seed: UInt64, rate: Double, choices: [FaultAction]) {
    self.seed = seed
    self.choices = choices
    let share = rate.isNaN ? 0 : min(max(rate, 0), 1)
    threshold = share >= 1 ? .max : UInt64(share * 0x1p64)
  }

  /// Requests that set a connection up are spared, so that there is a connection to disturb.
  func draw(name: String, _ connection: Int, _ ordinal: Int) -> FaultAction? {
    guard name != "Hello" else { return nil }
    var state = seed &+ UInt64(bitPattern: Int64(connection)) &* 0x9E37_79B9_7F4A_7C15
    state = FaultGenerator.mix(state ^ UInt64(bitPattern: Int64(ordinal)))
    guard state < threshold else { return nil }
    let choice = FaultGenerator.mix(state &+ 1)
    let detail = FaultGenerator.mix(state &+ 2)
    guard choices.isEmpty else { return choices[Int(choice % UInt64(choices.count))] }
    switch choice % 3 {
    case 0: return .cut
    case 1: return .cutReply(after: Int(detail % 64))
    default: return .delay(.milliseconds(Int(detail % 20) + 1))
    }
  }

  /// The finalizer of SplitMix64.
  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
