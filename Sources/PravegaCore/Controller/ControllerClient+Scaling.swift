// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf
package import PravegaThreads

private typealias Service = Proto.ControllerService

extension ControllerClient {
  package func startScale(
    _ stream: PravegaStream, sealing: [Int64], newRanges: [KeyRange], until deadline: Deadline
  ) throws(PravegaError) -> ScaleStart? {
    let name = stream.scopedName
    let request = Proto.ScaleRequest(
      streamInfo: stream.message(), sealedSegments: sealing,
      newKeyRanges: newRanges.map {
        Proto.ScaleRequest.KeyRangeEntry(start: $0.low, end: $0.high)
      }, scaleTimestamp: WallClock.secondsSince1970 &* 1000)
    let reply = try call(Service.scale, request, about: name, until: deadline)
    switch reply.status {
    case .started:
      return ScaleStart(
        epoch: reply.epoch, newSegments: reply.segments.map(SegmentWithRange.init))
    case .preconditionFailed: return nil
    case .failure, .unrecognized:
      throw Outcome("scale", name, reply.status.name).error(
        .controllerFailure, "The controller did not begin to scale the stream.",
        hint: "Check that the stream exists and is not sealed, that the new ranges cover those of "
          + "the segments to seal, and that no other scaling is under way.")
    }
  }

  package func checkScale(
    _ stream: PravegaStream, epoch: Int32, until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let name = stream.scopedName
    let request = Proto.ScaleStatusRequest(streamInfo: stream.message(), epoch: epoch)
    let reply = try call(Service.checkScale, request, about: name, until: deadline)
    let outcome = Outcome("checkScale", name, reply.status.name)
    switch reply.status {
    case .success: return true
    case .inProgress: return false
    case .invalidInput:
      throw outcome.error(
        .controllerFailure, "The stream does not exist or has no epoch \(epoch).")
    case .internalError, .unrecognized: throw outcome.failed
    }
  }

  /// Replaces segments and waits until that is done; false when the controller's conditions are not
  /// met: a segment is not active, or there would be fewer than the policy's minimum.
  package func scaleStream(
    _ stream: PravegaStream, sealing: [Int64], newRanges: [KeyRange], until deadline: Deadline
  ) throws(PravegaError) -> Bool {
    let start = try startScale(stream, sealing: sealing, newRanges: newRanges, until: deadline)
    guard let start else { return false }
    var wait = Duration.milliseconds(20)
    while try !checkScale(stream, epoch: start.epoch, until: deadline) {
      let moment = clock.now().advanced(by: wait)
      wait = min(wait * 2, .seconds(1))
      guard moment < deadline else {
        throw PravegaError(
          .timeout, "Scaling has begun but was not done before the deadline.",
          hint: "Ask checkScale when it is done; it goes on by itself.", retry: .outcomeUnknown,
          context: PravegaError.Context(operation: "scaleStream", subject: stream.scopedName))
      }
      guard clock.pause(moment) else {
        throw PravegaError.clientClosed()
      }
    }
    return true
  }
}
