// SPDX-License-Identifier: Apache-2.0

package import PravegaCore
internal import PravegaThreads

/// The answer to a request to scale.
package enum ScaleOutcome: Sendable, Equatable {
  /// The new segments, and the epoch that was active before.
  case started([SegmentRecord], epoch: Int32)
  case failure
  case preconditionFailed
}

extension ControllerCore {
  /// Replaces segments. Done when the call returns.
  package func scale(
    _ key: StreamKey, seal: [Int64], create: [KeyRange]
  ) throws -> ScaleOutcome {
    try requireNames(key)
    guard Set(create.map(\.low)).count == create.count else {
      throw ControllerFailure.invalidArgument("two new ranges begin at the same key")
    }
    return try turns.run(key) {
      guard let stream = find(key) else { return .failure }
      do {
        let plan = try stream.planScale(seal: seal, create: create)
        try execute(plan, on: key)
        return .started(plan.created, epoch: plan.from.number)
      } catch let refusal as ScaleRefusal {
        return refusal == .precondition ? .preconditionFailed : .failure
      }
    }
  }

  /// New segments exist at the store before anybody hears of them, and successors are known
  /// before a segment is sealed. The turn is the caller's.
  func execute(_ plan: ScalePlan, on key: StreamKey) throws {
    guard let settings = find(key)?.settings else { return }
    for segment in plan.created {
      try storage.createSegment(segment.name(in: key), settings.segmentPolicy)
    }
    state.withLock { state in _ = state.change(key) { $0.append([plan.to]) } }
    for segment in plan.sealed {
      try storage.sealSegment(segment.name(in: key))
      try noteFinalByteCount(of: segment, key)
    }
    state.withLock { state in _ = state.change(key) { $0.activateLastEpoch() } }
  }

  package func checkScale(_ key: StreamKey, epoch: Int32) throws -> ScaleStatus {
    try requireNames(key)
    guard epoch >= 0 else { throw ControllerFailure.invalidArgument("negative epoch") }
    guard let stream = find(key), stream.state != .creating else { return .invalidInput }
    return stream.scaleStatus(epoch)
  }
}
