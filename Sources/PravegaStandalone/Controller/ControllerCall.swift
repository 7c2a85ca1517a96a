// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore
internal import PravegaProtobuf

/// One call: checks the caller's right, then translates between messages and the core.
struct ControllerCall: Sendable {
  let service: ControllerService
  let caller: ControllerCaller

  var core: ControllerCore { service.core }

  /// Rights come before everything else: who has none does not learn what exists.
  func require(_ right: AccessRight, _ resource: AccessResource) throws {
    guard try service.access.right(of: caller, to: resource) >= right else {
      throw ControllerFailure.permissionDenied("Authorization failed")
    }
  }

  func mayRead(_ resource: AccessResource) -> Bool {
    ((try? service.access.right(of: caller, to: resource)) ?? .none) >= .read
  }

  func token(_ resource: AccessResource, _ right: AccessRight) -> String {
    service.access.token(for: resource, right)
  }

  /// Reader groups are managed with the right to read unless the server is stricter.
  var groupRight: AccessRight { service.access.groupsNeedOnlyRead ? .read : .readUpdate }
}

extension StreamKey {
  init(_ info: Proto.StreamInfo?) { self.init(info?.scope ?? "", info?.stream ?? "") }

  init(_ segment: Proto.SegmentId) { self.init(segment.streamInfo) }

  var message: Proto.StreamInfo { Proto.StreamInfo(scope: scope, stream: name) }
}

extension SegmentRecord {
  func message(in stream: StreamKey) -> Proto.SegmentRange {
    Proto.SegmentRange(
      segmentId: SegmentRecord.message(id, in: stream), minKey: range.low, maxKey: range.high)
  }

  static func message(_ id: Int64, in stream: StreamKey) -> Proto.SegmentId {
    Proto.SegmentId(streamInfo: stream.message, segmentId: id)
  }
}
