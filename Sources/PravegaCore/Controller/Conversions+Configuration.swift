// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

extension StreamConfiguration {
  func message(_ stream: PravegaStream) -> Proto.StreamConfig {
    Proto.StreamConfig(
      streamInfo: stream.message(), scalingPolicy: scalingPolicy.message,
      retentionPolicy: retentionPolicy?.message, tags: Proto.Tags(tag: tags.sorted()),
      timestampAggregationTimeout: timestampAggregationTimeoutMillis,
      rolloverSizeBytes: rolloverSizeBytes)
  }

  init(_ config: Proto.StreamConfig) throws(PravegaError) {
    self.init(
      uncheckedPolicy: try ScalingPolicy(config.scalingPolicy),
      retentionPolicy: RetentionPolicy(config.retentionPolicy),
      timestampAggregationTimeoutMillis: config.timestampAggregationTimeout,
      tags: Set(config.tags?.tag ?? []), rolloverSizeBytes: config.rolloverSizeBytes)
  }
}

extension ScalingPolicy {
  var message: Proto.ScalingPolicy {
    Proto.ScalingPolicy(
      scaleType: Proto.ScalingPolicy.ScalingPolicyType(rawValue: Int32(scaleType.rawValue)),
      targetRate: targetRate, scaleFactor: scaleFactor, minNumSegments: minNumSegments)
  }

  init(_ policy: Proto.ScalingPolicy?) throws(PravegaError) {
    guard let policy else { throw unusable("a stream configuration without scaling policy") }
    guard let raw = UInt8(exactly: policy.scaleType.rawValue), let type = ScaleType(rawValue: raw)
    else { throw unusable("the unknown scaling policy \(policy.scaleType.name)") }
    self.init(
      uncheckedType: type, targetRate: policy.targetRate, scaleFactor: policy.scaleFactor,
      minNumSegments: policy.minNumSegments)
  }
}

extension RetentionPolicy {
  var message: Proto.RetentionPolicy {
    Proto.RetentionPolicy(
      retentionType: retentionType == .time ? .time : .size, retentionParam: retentionParam,
      retentionMax: retentionMax)
  }

  /// Controllers that are older than the upper limit leave it 0, which means that there is none.
  init?(_ policy: Proto.RetentionPolicy?) {
    guard let policy else { return nil }
    let most = policy.retentionMax == 0 ? Int64.max : policy.retentionMax
    switch policy.retentionType {
    case .time: self.init(.time, min: policy.retentionParam, max: most)
    case .size: self.init(.size, min: policy.retentionParam, max: most)
    case .unknown, .unrecognized: return nil
    }
  }
}

extension KeyValueTableConfiguration {
  func message(_ table: KeyValueTableInfo) -> Proto.KeyValueTableConfig {
    Proto.KeyValueTableConfig(
      scope: table.scope, kvtName: table.keyValueTableName, partitionCount: partitionCount,
      primaryKeyLength: primaryKeyLength, secondaryKeyLength: secondaryKeyLength,
      rolloverSizeBytes: rolloverSizeBytes)
  }

  init(_ config: Proto.KeyValueTableConfig) {
    self.init(
      uncheckedPartitions: config.partitionCount, primaryKeyLength: config.primaryKeyLength,
      secondaryKeyLength: config.secondaryKeyLength, rolloverSizeBytes: config.rolloverSizeBytes)
  }
}

extension KeyValueTableInfo {
  var message: Proto.KeyValueTableInfo {
    Proto.KeyValueTableInfo(scope: scope, kvtName: keyValueTableName)
  }
}

/// An answer that no controller should give.
func unusable(_ what: String) -> PravegaError {
  PravegaError(
    .invalidMessage, "The controller answered with \(what).",
    hint: "Check that controller and client are of releases that work together.")
}
