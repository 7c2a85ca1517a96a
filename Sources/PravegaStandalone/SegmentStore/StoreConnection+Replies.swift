// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire

extension StoreConnection {
  /// Queues a reply of the request under way. Call it on the IO thread.
  func reply<T: WireCommand>(_ type: T.Type, _ fill: (inout T) -> Void) {
    var command = T()
    fill(&command)
    guard let frame = try? command.encoded() else { return end() }
    send([.bytes(frame)], replyFault)
  }

  /// Queues a reply; ``Link/kick()`` follows when the received bytes are handled.
  func send(_ parts: [OutgoingPart], _ fault: ReplyFault?) {
    guard let fault else {
      let isFull = shared.withLock { state -> Bool in
        state.outgoing.append(parts)
        return state.outgoing.isFull
      }
      if isFull { pause(.output) }
      return
    }
    sendFaulty(parts, fault)
  }

  /// Queues a reply from any thread and sends it.
  func sendNow(_ parts: [OutgoingPart], _ fault: ReplyFault?) {
    send(parts, fault)
    shared.withLock { $0.link }?.kick()
  }

  private func sendFaulty(_ parts: [OutgoingPart], _ fault: ReplyFault) {
    if fault.delay > .zero { hold(for: fault.delay) }
    guard !fault.isDropped else { return }
    shared.withLock { state in
      if let count = fault.cutAfter {
        state.outgoing.append(parts.prefix(bytes: count))
        state.outgoing.isEnding = true
      } else {
        state.outgoing.append(parts)
        if fault.isDoubled { state.outgoing.append(parts) }
      }
    }
  }

  /// Sends nothing for a while.
  private func hold(for time: Duration) {
    guard let timers = services.timers else { return }
    shared.withLock { $0.outgoing.holds += 1 }
    _ = timers.schedule(after: time) { [weak self] in
      let link = self?.shared.withLock { state in
        state.outgoing.holds -= 1
        return state.link
      }
      link?.kick()
    }
  }

  /// Queues the reply that tells what the store threw. `offset`: see the wire protocol; what a
  /// real server answers by closing closes here, too.
  func refuse(
    _ error: StoreError, _ segment: String, _ requestID: Int64, offset: Int64 = -1,
    operation: String = ""
  ) {
    switch error {
    case .noSuchSegment:
      reply(NoSuchSegment.self) {
        ($0.requestID, $0.segment, $0.offset) = (requestID, segment, offset)
      }
    case .alreadyExists:
      reply(SegmentAlreadyExists.self) { ($0.requestID, $0.segment) = (requestID, segment) }
    case .sealed:
      reply(SegmentIsSealed.self) {
        ($0.requestID, $0.segment, $0.offset) = (requestID, segment, offset)
      }
    case .truncated(let start), .wrongTableLength(let start):
      reply(SegmentIsTruncated.self) {
        ($0.requestID, $0.segment, $0.startOffset, $0.offset) = (requestID, segment, start, offset)
      }
    case .tableNotEmpty:
      reply(TableSegmentNotEmpty.self) { ($0.requestID, $0.segment) = (requestID, segment) }
    case .keyDoesNotExist:
      reply(TableKeyDoesNotExist.self) { ($0.requestID, $0.segment) = (requestID, segment) }
    case .badKeyVersion:
      reply(TableKeyBadVersion.self) { ($0.requestID, $0.segment) = (requestID, segment) }
    case .attributeMismatch:
      reply(SegmentAttributeUpdated.self) { ($0.requestID, $0.success) = (requestID, false) }
    case .unsupported:
      reply(OperationUnsupported.self) { ($0.requestID, $0.operationName) = (requestID, operation) }
    case .badArgument(let text):
      reply(ErrorMessage.self) {
        ($0.requestID, $0.segment, $0.message, $0.errorCode) = (requestID, segment, text, 0)
      }
    case .badEventNumber, .conditionFailed, .refused: end()
    }
  }
}
