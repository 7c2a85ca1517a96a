// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet
internal import PravegaThreads
internal import PravegaWire

/// Ties one segment writer to a connection: hands blocks over and takes the store's answers.
final class SegmentFlow: AppendFlow {
  private let writer: StreamWriter
  private let appender: SegmentAppender

  init(_ appender: SegmentAppender, of writer: StreamWriter) {
    self.appender = appender
    self.writer = writer
  }

  func takeBlocks(for connection: StoreConnection, into batch: inout SendBatch) -> Int {
    let blocks = writer.monitor.withLock { _ in appender.takeUnsent(for: connection) }
    for block in blocks { block.add(to: &batch) }
    return blocks.count
  }

  func received(_ frame: ReceivedFrame, on connection: StoreConnection) {
    do throws(PravegaError) {
      switch frame.code {
      case DataAppended.code: try acknowledged(frame, connection)
      case AppendSetup.code: try setUp(frame, connection)
      case SegmentIsSealed.code: writer.sealed(appender, on: connection)
      case NoSuchSegment.code: writer.segmentIsGone(appender, on: connection)
      case WrongHost.code:
        connection.retire()
        writer.lost(appender, on: connection, wrongHost, isMove: true)
      case AuthTokenCheckFailed.code: try tokenRefused(frame, connection)
      default: throw try unexpected(frame, connection)
      }
    } catch {
      // What a peer sends wrongly costs it the connection, never an event.
      writer.log(.warning, "dropping a connection: \(error.message)", appender)
      connection.fail(error.isForeignPeer ? error : error.with(retry: .safe))
    }
  }

  func connectionLost(_ connection: StoreConnection, _ error: PravegaError) {
    writer.lost(appender, on: connection, error)
  }

  private func acknowledged(_ frame: ReceivedFrame, _ connection: StoreConnection)
    throws(PravegaError)
  {
    guard let number = frame.int64(at: 16) else {
      throw WireCodec.malformed(frame, from: connection.endpoint)
    }
    let writeOffset = frame.int64(at: 40) ?? -1
    let (acknowledged, isDrained, isAwaited) = writer.monitor.withLock { _ in
      (
        appender.acknowledge(through: number, writeOffset: writeOffset, on: connection),
        appender.isDrained, appender.takeAwaited()
      )
    }
    guard case .blocks(let blocks) = acknowledged else {
      throw WireCodec.malformed(frame, from: connection.endpoint)
    }
    connection.acknowledged(blocks.count)
    for block in blocks { block.completion.resolve(.stored) }
    if isAwaited { writer.environment.buffers.nudge() }
    if isDrained { writer.leaveIfDrained(appender, connection) }
  }

  private func setUp(_ frame: ReceivedFrame, _ connection: StoreConnection) throws(PravegaError) {
    let reply = try WireCodec.decode(AppendSetup.self, frame, from: connection.endpoint)
    let (result, hasMore) = writer.monitor.withLock { _ -> (SegmentAppender.Acknowledged, Bool) in
      guard case .settingUp(let current) = appender.phase, current === connection,
        reply.writerID == appender.writerID
      else { return (.violation, false) }
      let result = appender.resume(after: reply.lastEventNumber, on: connection)
      appender.isQueued = appender.hasEvents
      return (result, appender.hasEvents)
    }
    let blocks: [AppendBlock]
    switch result {
    case .blocks(let stored): blocks = stored
    case .lost(let stored):
      throw StoreFailure.lost(
        appender.name, stored, told: reply.lastEventNumber, connection.endpoint)
    case .violation: throw impossible(reply, connection)
    }
    for block in blocks { block.completion.resolve(.stored) }
    if writer.monitor.withLock({ _ in appender.takeAwaited() }) {
      writer.environment.buffers.nudge()
    }
    if writer.monitor.withLock({ _ in appender.isKnownSealed }) {
      return writer.sealed(appender, on: connection)
    }
    if hasMore { connection.wake(appender.flowID, isFull: true) }
  }

  /// A set-up that nobody asked for, or that says what cannot be: the store has a block whole or not
  /// at all, so that whichever part of it was sent again or taken for stored would be wrong.
  private func impossible(_ reply: AppendSetup, _ connection: StoreConnection) -> PravegaError {
    StoreFailure.impossible(
      appender.name, "event \(reply.lastEventNumber) is the last one it has of this writer",
      connection.endpoint)
  }

  private func tokenRefused(_ frame: ReceivedFrame, _ connection: StoreConnection)
    throws(PravegaError)
  {
    let reply = try WireCodec.decode(AuthTokenCheckFailed.self, frame, from: connection.endpoint)
    guard reply.errorCode == StoreFailure.tokenExpiredCode else {
      writer.failed(
        appender, on: connection, StoreFailure.tokenRefused(appender.name, connection.endpoint))
      return
    }
    let expired = StoreFailure.tokenExpired(appender.name, connection.endpoint)
    writer.environment.tokenExpired(of: appender.segment)
    let count = writer.monitor.withLock { _ -> Int in
      appender.expiredTokens += 1
      return appender.expiredTokens
    }
    // New ones that are as old will not get younger.
    guard count <= StoreFailure.mostExpiredTokens else {
      return writer.failed(appender, on: connection, expired)
    }
    // The store closes the connection, and the tokens of its other flows may be as old.
    connection.fail(expired)
  }

  private func unexpected(_ frame: ReceivedFrame, _ connection: StoreConnection)
    throws(PravegaError) -> PravegaError
  {
    try StoreFailure.error(frame, from: connection.endpoint)
      ?? WireCodec.malformed(frame, from: connection.endpoint)
  }

  private var wrongHost: PravegaError {
    PravegaError(
      .connectionFailed, "The store does not own \(appender.name) any more.", retry: .safe)
  }
}
