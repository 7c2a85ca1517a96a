// SPDX-License-Identifier: Apache-2.0

// joined: PravegaThreads PravegaNet PravegaWire
// joined: PravegaStandalone/SegmentStore PravegaStandalone/Storage
// joined: PravegaStandalone/FaultPlan.swift PravegaStandalone/FaultPlanRule.swift
// joined: PravegaStandalone/FaultPlanDecision.swift PravegaStandalone/FaultPlanNames.swift
// joined: PravegaStandalone/FaultPlan+Parse.swift PravegaStandalone/FaultPlan+Random.swift
// renamed: PravegaWire AttributeUpdate
// seeds: store-streams
// longest: 2048
// memory: 17

private let services = StoreServices(
  faults: nil, tokens: nil, timers: nil, sealSegment: { _ in }, log: { _ in }, closed: { _ in })

// One thread.
nonisolated(unsafe) private var batch = SendBatch()

/// A client's bytes, in pieces whose size the first byte chooses, at a connection of the embedded
/// store: set-ups, appends of all kinds, reads and tables against real segments.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = UnsafeRawBufferPointer(start: start, count: count)[...]
  guard let first = input.popFirst() else { return 0 }
  let core = SegmentStore(memoryLimit: 1 << 20)
  try? core.create("s/s/0")
  if first & 1 == 1 { try? core.createTable("s/t/0", keyLength: first & 2 == 0 ? 0 : 4) }
  let connection = StoreConnection(core: core, services: services, number: 1)
  defer { connection.linkClosed(nil) }
  while !input.isEmpty, !connection.isOver {
    let space = connection.linkReceiveSpace()
    let size = min(space.count, input.count, (Int(first) + 1) * 8)
    space.copyBytes(from: input.prefix(size))
    input = input.dropFirst(size)
    guard (try? connection.linkReceived(size)) != nil else { return 0 }
    while connection.linkNextBatch(&batch) { batch.removeAll() }
  }
  return 0
}
