// SPDX-License-Identifier: Apache-2.0

import PravegaNet
import PravegaTestKit
import PravegaThreads
import PravegaWire
import XCTest

@testable import PravegaStandalone

/// The front over real sockets.
final class SegmentStoreServerTests: LeakCheckedTestCase {
  private let core = SegmentStore()
  private let event: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1, 0x78]

  override func setUpWithError() throws {
    try super.setUpWithError()
    try core.create("s")
  }

  private func serve(
    _ core: SegmentStore? = nil, faults: FaultPlan? = nil, tokens: TokenVerifier? = nil,
    log: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> (SegmentStoreServer, UInt16) {
    let server = SegmentStoreServer(
      core: core ?? self.core, faults: faults, tokens: tokens, log: log)
    let port = try server.start().port
    addTeardownBlock { server.stop() }
    return (server, port)
  }

  // MARK: - Life cycle

  func testTheServerComesBackOnItsPortWithItsState() throws {
    let (server, port) = try serve()
    for number: Int64 in 1...3 {
      let client = try StoreTestClient(port: port)
      try client.setup("s")
      let last = try client.receive(AppendSetup.self).lastEventNumber
      XCTAssertEqual(last, number == 1 ? .min : number - 1)
      try client.send(StoreTestClient.append(event, number: number))
      XCTAssertEqual(
        try client.receive(DataAppended.self).currentSegmentWriteOffset, 9 * number)
      server.stop()
      XCTAssertEqual(server.connectionCount, 0)
      XCTAssertEqual(try client.receiveToEnd(), [])
      XCTAssertThrowsError(try StoreTestClient(port: port))
      XCTAssertEqual(try server.start().port, port)
    }
  }

  func testNoThreadOrWaitingReadOutlivesAConnection() throws {
    let (server, port) = try serve()
    let before = Worker.liveCount
    for _ in 0..<20 {
      let client = try StoreTestClient(port: port)
      try client.send(StoreTestClient.read("s", at: 0))
      try client.send(KeepAlive())
      _ = try client.receive(KeepAlive.self)
    }
    let deadline = Deadline.after(.seconds(5))
    while server.connectionCount > 0 || Worker.liveCount > before, !deadline.hasPassed {
      sched_yield()
    }
    XCTAssertEqual(server.connectionCount, 0)
    XCTAssertEqual(Worker.liveCount, before)
    XCTAssertEqual(try core.segment("s").look { $0.parked.count }, 0)
  }

  func testStoppingEndsAHandshakeThatHangs() throws {
    let entered = Promise<Bool>()
    let server = SegmentStoreServer(
      core: core,
      upgrade: { transport, _ throws(NetError) in
        _ = entered.succeed(true)
        var entry = pollfd(fd: transport.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, 20_000)
        transport.close()
        throw NetError(.closed, call: "handshake")
      })
    let client = try StoreTestClient(port: try server.start().port)
    XCTAssertTrue(try entered.future.get(until: .after(.seconds(5))))
    let start = ContinuousClock.now
    server.stop()
    XCTAssertLessThan(ContinuousClock.now - start, .seconds(5))
    XCTAssertEqual(try client.receiveToEnd(), [])
  }

  // MARK: - Memory

  func testAppendsAreHeldBackUntilDataIsTruncated() throws {
    let core = SegmentStore(memoryLimit: 4 << 20)
    try core.create("s")
    let lines = Monitor<[String]>([])
    let (_, port) = try serve(
      core, log: { line in lines.withLock { $0.append(line) } })
    let client = try StoreTestClient(port: port)
    try client.setup("s")
    _ = try client.receive(AppendSetup.self)
    client.setTimeout(milliseconds: 300)
    let block = [UInt8](repeating: 1, count: 1 << 20)
    var sent: Int64 = 0
    XCTAssertThrowsError(
      try {
        while sent < 100 {
          sent += 1
          try client.send(StoreTestClient.append(block, number: sent))
        }
      }()
    ) { XCTAssertTrue($0 is StoreTestClient.TimedOut, "\($0)") }
    XCTAssertLessThan(core.budget.usedBytes, 32 << 20)
    XCTAssertEqual(lines.withLock { $0.count }, 1)
    XCTAssertTrue(lines.withLock { $0[0].contains("held back") }, "\(lines.withLock { $0 })")

    // Another connection is not held back, and lets go of the data.
    let other = try StoreTestClient(port: port)
    var truncate = TruncateSegment()
    truncate.segment = "s"
    // Before the truncation: after it the server goes on at once.
    let held = try core.info("s").length
    let stored = held >> 20
    truncate.truncationOffset = held
    try other.send(truncate)
    _ = try other.receive(SegmentTruncated.self)
    client.setTimeout(milliseconds: 5000)
    var last: Int64 = 0
    while last <= stored { last = try client.receive(DataAppended.self).eventNumber }
    XCTAssertGreaterThan(last, stored)
  }

  // MARK: - Tokens

  func testTokensAreChecked() throws {
    let (_, port) = try serve(tokens: { token, segment, access in
      XCTAssertEqual(segment, "s")
      switch token {
      case "rw": return .valid
      case "r": return access == .read ? .valid : .refused
      case "old": return .expired
      default: return .refused
      }
    })
    for (token, code): (String, Int32) in [("", 0), ("r", 0), ("old", 1)] {
      let client = try StoreTestClient(port: port)
      try client.setup("s", token: token)
      let failure = try client.receive(AuthTokenCheckFailed.self)
      XCTAssertEqual(failure.errorCode, code)
      XCTAssertEqual(failure.requestID, 7)
      if code == 1 { XCTAssertEqual(try client.receiveToEnd(), []) }
    }
    let client = try StoreTestClient(port: port)
    try client.setup("s", token: "rw")
    _ = try client.receive(AppendSetup.self)
    var read = StoreTestClient.read("s", at: 0)
    try client.send(read)
    let failure = try client.receive(AuthTokenCheckFailed.self)
    XCTAssertEqual(failure.requestID, 9)
    read.delegationToken = "r"
    try client.send(read)
    try client.send(StoreTestClient.append(event, number: 1))
    let codes = [try client.receive().code, try client.receive().code]
    XCTAssertEqual(Set(codes), [DataAppended.code, SegmentRead.code])
  }

  // MARK: - Hostile input

  func testAnExchangeCutAnywhereLeavesAllOrNothing() throws {
    let (_, port) = try serve()
    let probe = try StoreTestClient(port: port)
    try probe.setup("s", writer: WireUUID(high: 9, low: 9))
    _ = try probe.receive(AppendSetup.self)
    var setup = SetupAppend()
    setup.segment = "s"
    setup.writerID = WireUUID(high: 2, low: 2)
    let append = StoreTestClient.append(event, number: 1, writer: setup.writerID)
    let first = try setup.encoded()
    let bytes = first + (try append.encoded())
    for count in 0...bytes.count {
      try core.create("s\(count)")
      var frames = setup
      frames.segment = "s\(count)"
      let cut = try frames.encoded() + bytes[first.count...]
      let client = try StoreTestClient(port: port)
      try client.send(bytes: Array(cut.prefix(count)))
      client.endSending()
      _ = try client.receiveToEnd()
      let length = try core.info("s\(count)").length
      XCTAssertEqual(length, count >= cut.count ? 9 : 0, "\(count)")
    }
    try probe.send(KeepAlive())
    _ = try probe.receive(KeepAlive.self)
  }

  func testRandomFramesNeitherEndNorHangTheServer() throws {
    let (server, port) = try serve()
    try core.createTable("t")
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let client = try StoreTestClient(port: port)
      var bytes: [UInt8] = []
      for _ in 0..<3 {
        let code = CommandTable.rows.randomElement(using: &generator)?.code ?? 0
        var payload = (0..<Int.random(in: 0..<80)).map { _ in UInt8.random(in: 0...255) }
        if Bool.random() { payload.insert(contentsOf: [0, 1, 0x74], at: min(8, payload.count)) }
        bytes += withUnsafeBytes(of: code.bigEndian) { Array($0) }
        bytes += withUnsafeBytes(of: Int32(payload.count).bigEndian) { Array($0) }
        bytes += payload
      }
      try? client.send(bytes: bytes)
      client.endSending()
      _ = try client.receiveToEnd()
    }
    XCTAssertNotNil(server.endpoint)
    let client = try StoreTestClient(port: port)
    try client.send(KeepAlive())
    _ = try client.receive(KeepAlive.self)
  }

  func testAClientThatNeverReadsIsNotBufferedForWithoutEnd() throws {
    let (_, port) = try serve()
    let client = try StoreTestClient(port: port)
    client.setTimeout(milliseconds: 300)
    var keepAlives: [UInt8] = []
    let frame = try KeepAlive().encoded()
    for _ in 0..<10_000 { keepAlives += frame }
    XCTAssertThrowsError(
      try {
        // 80 MB of echoes, which is more than the queue and both sockets hold.
        for _ in 0..<1000 { try client.send(bytes: keepAlives) }
      }()
    ) { XCTAssertTrue($0 is StoreTestClient.TimedOut, "\($0)") }
    client.setTimeout(milliseconds: 5000)
    for _ in 0..<20_000 { _ = try client.receive(KeepAlive.self) }
  }
}
