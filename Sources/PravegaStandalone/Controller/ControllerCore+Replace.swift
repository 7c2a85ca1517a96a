// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

extension ControllerCore {
  /// Seals a segment in a way that clients can survive: an active segment of a stream gets a
  /// successor with the same keys. Any other segment is just sealed.
  package func replaceSegment(named name: String) {
    if let segment = Segment(parsing: name), segment.qualifiedName == name,
      let outcome = try? replace(segment), case .started = outcome
    {
      return
    }
    try? storage.sealSegment(name)
  }

  private func replace(_ segment: Segment) throws -> ScaleOutcome {
    let key = StreamKey(segment.scope, segment.stream)
    guard let active = try currentSegments(key).first(where: { $0.id == segment.segmentID }) else {
      return .failure
    }
    return try scale(key, seal: [active.id], create: [active.range])
  }
}
