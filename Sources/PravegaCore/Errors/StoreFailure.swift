// SPDX-License-Identifier: Apache-2.0

package import PravegaNet
internal import PravegaWire

/// What the failure replies of a segment store mean for a caller.
package enum StoreFailure {
  package static let tokenExpiredCode: Int32 = 1
  /// After so many renewals in a row the caller learns that tokens expire before they are used.
  package static let mostExpiredTokens = 3

  /// The error of a failure reply; nil when the frame is not one.
  package static func error(
    _ frame: ReceivedFrame, from endpoint: Endpoint
  ) throws(PravegaError) -> PravegaError? {
    switch frame.code {
    case WrongHost.code:
      let reply = try WireCodec.decode(WrongHost.self, frame, from: endpoint)
      return make(
        .connectionFailed,
        "The segment store \(endpoint) does not own the segment \(reply.segment).",
        "Try again; the controller is asked anew where it is.", endpoint, reply.requestID, .safe)
    case SegmentIsSealed.code:
      let reply = try WireCodec.decode(SegmentIsSealed.self, frame, from: endpoint)
      return make(
        .segmentSealed, "The segment \(reply.segment) is sealed.", "Go on with its successors.",
        endpoint,
        reply.requestID)
    case NoSuchSegment.code:
      let reply = try WireCodec.decode(NoSuchSegment.self, frame, from: endpoint)
      return make(
        .noSuchSegment, "The segment \(reply.segment) does not exist.",
        "Check whether its stream was deleted or truncated.", endpoint, reply.requestID)
    case SegmentAlreadyExists.code:
      let reply = try WireCodec.decode(SegmentAlreadyExists.self, frame, from: endpoint)
      return make(
        .alreadyExists, "The segment \(reply.segment) exists already.", "Use it, or another name.",
        endpoint, reply.requestID)
    case SegmentIsTruncated.code:
      let reply = try WireCodec.decode(SegmentIsTruncated.self, frame, from: endpoint)
      var error = make(
        .segmentTruncated,
        "The segment \(reply.segment) starts at \(reply.startOffset); \(reply.offset) was asked for.",
        "Go on at the start offset; retention has taken what was before.", endpoint,
        reply.requestID)
      error = PravegaError(
        error.code, error.message, hint: error.hint, retry: .never, context: error.context,
        details: .truncated(from: reply.offset, to: reply.startOffset))
      return error
    default: return try rareError(frame, from: endpoint)
    }
  }

  private static func rareError(
    _ frame: ReceivedFrame, from endpoint: Endpoint
  ) throws(PravegaError) -> PravegaError? {
    switch frame.code {
    case OperationUnsupported.code:
      let reply = try WireCodec.decode(OperationUnsupported.self, frame, from: endpoint)
      return make(
        .unsupportedOperation, "The segment store does not offer \(reply.operationName).",
        "Use a segment store that is as new as this client.", endpoint, reply.requestID)
    case AuthTokenCheckFailed.code:
      let reply = try WireCodec.decode(AuthTokenCheckFailed.self, frame, from: endpoint)
      return reply.errorCode == tokenExpiredCode
        ? tokenExpired("", endpoint) : tokenRefused("", endpoint)
    case ErrorMessage.code:
      let reply = try WireCodec.decode(ErrorMessage.self, frame, from: endpoint)
      let said = Secrets.hideTokens(in: reply.message)
      return make(
        .controllerFailure, "The segment store failed at \(reply.segment): \(said).",
        "Try again; if it goes on, look at the segment store's log.", endpoint, reply.requestID,
        .outcomeUnknown)
    case InvalidEventNumber.code:
      let reply = try WireCodec.decode(InvalidEventNumber.self, frame, from: endpoint)
      return make(
        .invalidMessage, "The segment store refused an event number of writer \(reply.writerID).",
        "", endpoint, reply.requestID, .safe)
    case TableSegmentNotEmpty.code, TableKeyDoesNotExist.code, TableKeyBadVersion.code:
      return try tableError(frame, from: endpoint)
    default: return nil
    }
  }

  private static func tableError(
    _ frame: ReceivedFrame, from endpoint: Endpoint
  ) throws(PravegaError) -> PravegaError {
    // The three have one layout.
    let reply = try WireCodec.decode(TableKeyBadVersion.self, frame, from: endpoint)
    switch frame.code {
    case TableKeyDoesNotExist.code:
      return make(
        .noSuchKey, "A key of \(reply.segment) does not exist.", "", endpoint, reply.requestID)
    case TableKeyBadVersion.code:
      return make(
        .badKeyVersion, "A key of \(reply.segment) has another version.",
        "Read it again and repeat the update.", endpoint, reply.requestID)
    default:
      return make(
        .illegalState, "The table segment \(reply.segment) is not empty.", "", endpoint,
        reply.requestID)
    }
  }

  /// A store says something of a writer that cannot be; another connection may say better.
  static func impossible(
    _ segment: String, _ claim: String, _ endpoint: Endpoint
  ) -> PravegaError {
    PravegaError(
      .invalidMessage,
      "The segment store \(endpoint) says of \(segment) that \(claim), which cannot be.",
      hint: "Look at the segment store's log.", retry: .safe,
      context: .init(subject: segment, endpoint: endpoint.description))
  }

  /// A store does not have what was acknowledged. It may be one that the segment has left and that does
  /// not know yet: another attempt finds the right one, unless the events are lost.
  static func lost(
    _ segment: String, _ stored: Int64, told: Int64, _ endpoint: Endpoint
  ) -> PravegaError {
    PravegaError(
      .corruptedState,
      "Event \(stored) of a writer of \(segment) was acknowledged, and the segment store \(endpoint) "
        + "has \(told < 1 ? "none" : "only \(told)").",
      hint: "Acknowledged events may be lost; a new writer goes on from what is there.",
      retry: .safe,
      context: .init(subject: segment, endpoint: endpoint.description))
  }

  package static func tokenExpired(_ segment: String, _ endpoint: Endpoint) -> PravegaError {
    PravegaError(
      .tokenExpired, "The delegation token has expired.",
      hint:
        "Check the clocks of client and servers if this goes on; tokens are renewed by themselves.",
      retry: .safe,
      context: .init(subject: segment, endpoint: endpoint.description))
  }

  package static func tokenRefused(_ segment: String, _ endpoint: Endpoint) -> PravegaError {
    PravegaError(
      .invalidToken, "The segment store \(endpoint) refused the delegation token.",
      hint: "Check that controller and segment store share their token signing key.",
      context: .init(subject: segment, endpoint: endpoint.description))
  }

  private static func make(
    _ code: PravegaError.Code, _ message: String, _ hint: String, _ endpoint: Endpoint,
    _ requestID: Int64, _ retry: PravegaError.Retry = .never
  ) -> PravegaError {
    PravegaError(
      code, message, hint: hint, retry: retry,
      context: .init(endpoint: endpoint.description, requestID: requestID))
  }
}
