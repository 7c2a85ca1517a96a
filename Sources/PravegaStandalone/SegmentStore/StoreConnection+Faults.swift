// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import PravegaWire

extension StoreConnection {
  /// Lets the fault plan have its way with a request; false if it is not handled any further.
  func passes(
    _ faults: FaultPlan, _ code: Int32, _ payload: UnsafeRawBufferPointer
  ) throws -> Bool {
    guard let name = CommandTable[code]?.name,
      let decision = faults.decide(name: name, connection: number, ordinal: requestCount)
    else { return true }
    replyFault = decision.reply == ReplyFault() ? nil : decision.reply
    let target = unsafe FaultTarget(code, payload, writers)
    let occasion = FaultOccasion(name: name, segment: target.segment, connection: number)
    for perform in decision.performed { perform(occasion) }
    if decision.seals, let segment = target.segment { services.sealSegment(segment) }
    guard let instead = decision.instead else { return true }
    replace(instead, target)
    replyFault = nil
    return false
  }

  private func replace(_ instead: FaultDecision.Instead, _ target: FaultTarget) {
    // No store takes an append after one that it refused: events would be missing in between.
    if let writer = target.writer { writers[writer] = nil }
    switch instead {
    case .cut, .status: cut()
    case .hang:
      isOver = true
      shared.withLock { $0.outgoing.isDead = true }
      pause(.fault)
    case .answer(let bytes): send([.bytes(bytes)], replyFault)
    case .expiredToken: refuseToken(target.requestID, errorCode: 1)
    case .refusedToken: refuseToken(target.requestID, errorCode: 0)
    case .wrongHost:
      reply(WrongHost.self) {
        ($0.requestID, $0.segment) = (target.requestID, target.segment ?? "")
      }
    }
  }
}

/// What a request is about, as far as a fault needs to know.
struct FaultTarget {
  var segment: String?
  var requestID: Int64 = -1
  var writer: AttributeID?

  init(_ code: Int32, _ payload: UnsafeRawBufferPointer, _ writers: [AttributeID: WriterState]) {
    guard let command = unsafe try? CommandTable.decode(code: code, payload: payload) else {
      return
    }
    var fields = TargetFields()
    var copy = command
    try? copy.visit(&fields)
    requestID = fields.requestID ?? -1
    segment = fields.segment
    guard let id = fields.writer else { return }
    writer = AttributeID(id)
    if let state = writers[AttributeID(id)] { segment = state.name }
  }
}

/// Picks the first segment, the request id and the writer from a command's fields.
private struct TargetFields: FieldVisitor {
  var segment: String?
  var requestID: Int64?
  var writer: WireUUID?

  mutating func int8(_ name: StaticString, _ value: inout Int8) {}
  mutating func int32(_ name: StaticString, _ value: inout Int32) {}
  mutating func bool(_ name: StaticString, _ value: inout Bool) {}
  mutating func bytes(_ name: StaticString, _ value: inout [UInt8]) {}
  mutating func rest(_ name: StaticString, _ value: inout [UInt8]) {}
  mutating func secret(_ name: StaticString, _ value: inout String) {}
  mutating func hasMore(_ byteCount: Int) -> Bool { true }

  mutating func int64(_ name: StaticString, _ value: inout Int64) {
    if name.description == "requestId" { requestID = value }
  }

  mutating func uuid(_ name: StaticString, _ value: inout WireUUID) {
    if name.description == "writerId" { writer = value }
  }

  mutating func string(_ name: StaticString, _ value: inout String) {
    if segment == nil { segment = value }
  }

  mutating func list<Element>(
    _ name: StaticString, _ value: inout [Element], least: Int, _ initial: Element,
    _ visit: (inout Self, inout Element) throws(WireError) -> Void
  ) throws(WireError) {}
}
