// SPDX-License-Identifier: Apache-2.0

// joined: PravegaThreads PravegaNet/Endpoint.swift
// joined: PravegaCore/Model PravegaCore/State/Envelope.swift
// joined: PravegaCore/State/RevisionReader.swift PravegaCore/State/RevisionWriter.swift
// joined: PravegaCore/State/RevisionCoding+Model.swift PravegaCore/State/ModifiedUTF8.swift
// joined: PravegaCore/State/SerializationError.swift
// joined: PravegaCore/ReaderGroup/PositionSnapshot.swift
// joined: PravegaCore/Errors/PravegaError.swift PravegaCore/Errors/PravegaError+Code.swift
// joined: PravegaCore/Errors/PravegaError+Description.swift
// joined: PravegaCore/Security PravegaCore/Retry/RetryPolicy.swift PravegaCore/Retry/Backoff.swift
// joined: PravegaStandalone/FaultPlan.swift PravegaStandalone/FaultPlanRule.swift
// joined: PravegaStandalone/FaultPlanDecision.swift PravegaStandalone/FaultPlanNames.swift
// joined: PravegaStandalone/FaultPlan+Parse.swift PravegaStandalone/FaultPlan+Random.swift
// without: ClientConfig|TokenCache
// seeds: configuration
// longest: 512
// memory: 1

/// Fault plans, addresses, tokens and their claims, credentials from the environment, names and
/// policies. The first byte chooses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let input = UnsafeBufferPointer(start: start, count: count)
  let bytes = Array(input[1...])
  let text = String(decoding: bytes, as: UTF8.self)
  switch input[0] % 8 {
  case 0: faults(text)
  case 1: address(text)
  case 2: token(text)
  case 3: token("a." + Base64.encode(bytes).replacing("=") + ".b")
  case 4: credentials(text)
  case 5: _ = (try? Names.check(text, as: .stream), try? PravegaStream(scopedName: text))
  case 6: config(bytes)
  default: retry(bytes)
  }
  return 0
}

private func faults(_ text: String) {
  guard let plan = try? FaultPlan(text) else { return }
  for ordinal in 1...4 { _ = plan.decide(name: "AppendBlockEnd", connection: 1, ordinal: ordinal) }
}

/// What was read from a text is read from its own text, too.
private func address(_ text: String) {
  guard let endpoint = Endpoint(parsing: text, defaultPort: 1) else { return }
  let again = Endpoint(parsing: endpoint.description)
  precondition(again == nil || again?.port == endpoint.port)
}

private func token(_ text: String) {
  let token = DelegationToken(text)
  for now in [0, 1 << 31, Int64.max, Int64.min] { _ = token.renewalDelay(now: now) }
  precondition(!token.description.contains("eyJ"))
}

private func credentials(_ text: String) {
  let found = TokenCredentials.fromEnvironment {
    $0.hasSuffix("method") ? text : String(text.reversed())
  }
  precondition((found == nil) == text.isEmpty)
  _ = DefaultCredentials(userName: text, password: text).authenticationToken
}

private func config(_ bytes: [UInt8]) {
  var numbers = bytes[...]
  func next() -> Int64 {
    defer { numbers = numbers.dropFirst(8) }
    return Int64(bitPattern: numbers.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
  }
  guard let stream = try? PravegaStream(scopedName: "s/t") else { return }
  _ = try? ReaderGroupConfig.builder().stream(stream)
    .automaticCheckpointIntervalMillis(next()).groupRefreshTimeMillis(next())
    .maxOutstandingCheckpointRequest(Int32(truncatingIfNeeded: next())).build()
}

private func retry(_ bytes: [UInt8]) {
  guard bytes.count >= 4 else { return }
  let policy = RetryPolicy(
    initialDelay: .nanoseconds(Int64(bytes[0]) << Int64(bytes[1] % 60)), multiplier: Int(bytes[2]),
    attempts: bytes[3] % 2 == 0 ? .max : Int(bytes[3]), maxDelay: .seconds(20))
  var backoff = Backoff(policy)
  for _ in 0..<20 { _ = backoff.next(random: 0.5) }
  _ = policy.delay(beforeAttempt: .max)
}

extension String {
  fileprivate func replacing(_ padding: Character) -> String { filter { $0 != padding } }
}
