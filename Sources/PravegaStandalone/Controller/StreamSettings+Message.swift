// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

extension StreamSettings {
  /// Keeps what a client sent. Throws for enum numbers that nobody knows.
  init(_ message: Proto.StreamConfig) throws {
    self.init()
    if let policy = message.scalingPolicy {
      guard let type = ScaleType(rawValue: policy.scaleType.rawValue) else {
        throw ControllerFailure.invalidArgument("unknown scaling policy")
      }
      scaleType = type
      targetRate = policy.targetRate
      scaleFactor = policy.scaleFactor
      minimumSegmentCount = policy.minNumSegments
    }
    retention = try message.retentionPolicy.flatMap(Retention.init(message:))
    tags = Set(message.tags?.tag ?? []).sorted()
    timestampAggregationTimeout = message.timestampAggregationTimeout
    rolloverByteCount = message.rolloverSizeBytes
  }

  func message(of key: StreamKey) -> Proto.StreamConfig {
    Proto.StreamConfig(
      streamInfo: key.message,
      scalingPolicy: Proto.ScalingPolicy(
        scaleType: .init(rawValue: scaleType.rawValue), targetRate: targetRate,
        scaleFactor: scaleFactor, minNumSegments: minimumSegmentCount),
      retentionPolicy: retention.map { retention in
        Proto.RetentionPolicy(
          retentionType: .init(rawValue: retention.type.rawValue),
          retentionParam: retention.minimum, retentionMax: retention.maximum)
      }, tags: Proto.Tags(tag: tags), timestampAggregationTimeout: timestampAggregationTimeout,
      rolloverSizeBytes: rolloverByteCount)
  }
}

extension StreamSettings.Retention {
  /// Nil for the type that means "no policy".
  fileprivate init?(message: Proto.RetentionPolicy) throws {
    guard message.retentionType.rawValue != 0 else { return nil }
    guard let type = StreamSettings.RetentionType(rawValue: message.retentionType.rawValue) else {
      throw ControllerFailure.invalidArgument("unknown retention policy")
    }
    self.init(type: type, minimum: message.retentionParam, maximum: message.retentionMax)
  }
}
