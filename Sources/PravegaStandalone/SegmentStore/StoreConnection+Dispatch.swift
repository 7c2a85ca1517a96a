// SPDX-License-Identifier: Apache-2.0

internal import PravegaWire

extension StoreConnection {
  /// Handles one frame. What cannot be understood ends the connection, without a reply.
  func handleFrame(_ code: Int32, _ payload: UnsafeRawBufferPointer) {
    requestCount += 1
    do {
      if let faults = services.faults {
        guard unsafe try passes(faults, code, payload) else { return }
      }
      unsafe try dispatch(code, payload)
    } catch {
      end()
    }
    replyFault = nil
  }

  private func dispatch(_ code: Int32, _ payload: UnsafeRawBufferPointer) throws {
    switch code {
    case AppendBlockEnd.code: unsafe try appendBlockEnd(payload)
    case AppendBlock.code: unsafe try appendBlock(payload)
    case ConditionalAppend.code: unsafe try conditionalAppend(payload)
    case ConditionalBlockEnd.code: unsafe try conditionalBlockEnd(payload)
    case SetupAppend.code: try setupAppend(unsafe SetupAppend(payload: payload))
    case Padding.code: try requireNoPendingBlock()
    case ReadSegment.code: try readSegment(unsafe ReadSegment(payload: payload))
    case Hello.code: hello(unsafe try Hello(payload: payload))
    case KeepAlive.code: reply(KeepAlive.self) { _ in }
    default: unsafe try dispatchSegmentRequest(code, payload)
    }
  }

  private func dispatchSegmentRequest(
    _ code: Int32, _ payload: UnsafeRawBufferPointer
  ) throws {
    switch code {
    case GetStreamSegmentInfo.code: segmentInfo(unsafe try GetStreamSegmentInfo(payload: payload))
    case CreateSegment.code: createSegment(unsafe try CreateSegment(payload: payload))
    case CreateTransientSegment.code:
      createTransientSegment(unsafe try CreateTransientSegment(payload: payload))
    case SealSegment.code: sealSegment(unsafe try SealSegment(payload: payload))
    case DeleteSegment.code: deleteSegment(unsafe try DeleteSegment(payload: payload))
    case TruncateSegment.code: truncateSegment(unsafe try TruncateSegment(payload: payload))
    case MergeSegments.code: try mergeSegments(unsafe MergeSegments(payload: payload))
    case MergeSegmentsBatch.code: mergeBatch(unsafe try MergeSegmentsBatch(payload: payload))
    case UpdateSegmentPolicy.code: updatePolicy(unsafe try UpdateSegmentPolicy(payload: payload))
    case GetSegmentAttribute.code: getAttribute(unsafe try GetSegmentAttribute(payload: payload))
    case UpdateSegmentAttribute.code:
      updateAttribute(unsafe try UpdateSegmentAttribute(payload: payload))
    default: unsafe try dispatchTableRequest(code, payload)
    }
  }

  private func dispatchTableRequest(_ code: Int32, _ payload: UnsafeRawBufferPointer) throws {
    switch code {
    case CreateTableSegment.code: createTable(unsafe try CreateTableSegment(payload: payload))
    case DeleteTableSegment.code: deleteTable(unsafe try DeleteTableSegment(payload: payload))
    case GetTableSegmentInfo.code: tableInfo(unsafe try GetTableSegmentInfo(payload: payload))
    case UpdateTableEntries.code: updateTable(unsafe try UpdateTableEntries(payload: payload))
    case RemoveTableKeys.code: removeKeys(unsafe try RemoveTableKeys(payload: payload))
    case ReadTable.code: readTable(unsafe try ReadTable(payload: payload))
    case ReadTableKeys.code: readKeys(unsafe try ReadTableKeys(payload: payload))
    case ReadTableEntries.code: readEntries(unsafe try ReadTableEntries(payload: payload))
    case ReadTableEntriesDelta.code:
      readDelta(unsafe try ReadTableEntriesDelta(payload: payload))
    default: throw ProtocolViolation("unknown command \(code)")
    }
  }

  private func hello(_ hello: Hello) {
    reply(Hello.self) {
      $0.highVersion = StoreConnection.highVersion
      $0.lowVersion = StoreConnection.lowVersion
    }
    let overlaps =
      hello.lowVersion <= StoreConnection.highVersion
      && hello.highVersion >= StoreConnection.lowVersion
    if !overlaps { end() }
  }

  /// The wire versions that a 0.13 speaks.
  static let highVersion: Int32 = 16
  static let lowVersion: Int32 = 5

  /// Runs a request of the store; what it throws is told to the client.
  func answering(
    _ segment: String, _ requestID: Int64, offset: Int64 = -1, operation: String = "",
    _ body: () throws(StoreError) -> Void
  ) {
    do {
      try body()
    } catch {
      refuse(error, segment, requestID, offset: offset, operation: operation)
    }
  }

  /// Checks a delegation token; false when the client has been told that it will not do.
  func allows(
    _ token: String, _ segment: String, _ requestID: Int64, _ access: TokenAccess = .read
  ) -> Bool {
    guard let verify = services.tokens else { return true }
    switch verify(token, segment, access) {
    case .valid: return true
    case .expired: refuseToken(requestID, errorCode: 1)
    case .refused: refuseToken(requestID, errorCode: 0)
    }
    return false
  }

  func refuseToken(_ requestID: Int64, errorCode: Int32) {
    reply(AuthTokenCheckFailed.self) { ($0.requestID, $0.errorCode) = (requestID, errorCode) }
  }
}
