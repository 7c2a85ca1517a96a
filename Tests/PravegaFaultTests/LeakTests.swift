// SPDX-License-Identifier: Apache-2.0

import Foundation
import Pravega
import PravegaCore
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Nothing is left after open, use and close, over and over.
final class LeakTests: LeakCheckedTestCase {
  private var threadsBefore = 0

  override func setUpWithError() throws {
    try super.setUpWithError()
    threadsBefore = Worker.liveCount
  }

  private let rounds = Sanitizer.isAddress || Sanitizer.isThread ? 100 : 1000

  func testRoundsOfOpenUseAndCloseLeaveNothing() throws {
    for number in -99...0 { try round(number) }
    let memory = ResidentMemory.bytes
    for number in 1...rounds { try round(number) }
    let growth = ResidentMemory.bytes - memory
    // Under the address sanitizer freed memory stays resident.
    guard !Sanitizer.isAddress else { return }
    XCTAssertLessThan(growth, 4 << 20, "after \(rounds) rounds")
  }

  private func round(_ number: Int) throws {
    weak var core: ClientCore?
    weak var server: StandaloneServer?
    let connections = Weak<StoreConnection>()
    try {
      let bench = try Bench(segments: 2)
      (core, server) = (bench.client.core, bench.server)
      try use(bench)
      for purpose in [ConnectionPurpose.append, .read, .request] {
        let endpoint = try XCTUnwrap(Endpoint(parsing: bench.server.storeEndpoint))
        connections.add(
          try bench.client.core.pool.connection(
            to: endpoint, for: purpose, until: .after(.seconds(5))))
      }
      bench.close()
      XCTAssertEqual(bench.client.core.buffers.bytesInUse, 0)
      XCTAssertEqual(bench.client.core.readBudget.used, 0)
    }()
    awaitState("the client and the server to be freed, round \(number)") {
      core == nil && server == nil && connections.live == 0
    }
    awaitState("their threads to end, round \(number)") {
      Worker.liveCount <= threadsBefore
    }
  }

  private func use(_ bench: Bench) throws {
    let writer = try bench.factory.createEventWriter(
      stream: Bench.stream, serializer: ByteArraySerializer())
    for size in [10, 100_000] { try writer.writeEvent([UInt8](repeating: 1, count: size)) }
    try writer.flush(timeout: .seconds(10))
    try bench.makeGroup()
    let reader = try bench.makeReader()
    var count = 0
    while count < 2 {
      if try reader.readNextEvent(timeout: .seconds(5)).event != nil { count += 1 }
    }
    try reader.close()
    try writer.close()
  }

  func testWhatIsNeverClosedIsFreedWithItsFactory() throws {
    weak var core: ClientCore?
    try {
      let bench = try Bench(segments: 2)
      core = bench.client.core
      let writer = try bench.makeWriter()
      try writer.write(10).get(timeout: .seconds(5))
      try bench.makeGroup()
      let reader = try bench.makeReader()
      while try reader.readNextEvent(timeout: .seconds(5)).event == nil {}
      bench.close()
    }()
    awaitState("the client to be freed") { core == nil }
  }

  func testReconnectsLeaveNothing() throws {
    weak var core: ClientCore?
    let connections = Weak<StoreConnection>()
    try {
      let bench = try Bench(segments: 2)
      core = bench.client.core
      let endpoint = try XCTUnwrap(Endpoint(parsing: bench.server.storeEndpoint))
      let writer = try bench.makeWriter()
      try bench.makeGroup()
      let reader = try bench.makeReader()
      for number in 0..<20 {
        try writer.write(number == 3 ? 200_000 : 10).get(timeout: .seconds(10))
        while try reader.readNextEvent(timeout: .seconds(10)).event == nil {}
        for purpose in [ConnectionPurpose.append, .read, .request] {
          connections.add(
            try bench.client.core.pool.connection(
              to: endpoint, for: purpose, until: .after(.seconds(5))))
        }
        bench.server.stopNetwork(.store)
        try bench.server.startNetwork(.store)
      }
      // No timer keeps one until it is due.
      awaitState("old connections to be freed", within: .seconds(5)) { connections.live <= 5 }
      try reader.close()
      try writer.close(until: .after(.seconds(10)))
      XCTAssertEqual(bench.client.core.buffers.bytesInUse, 0)
      XCTAssertEqual(bench.client.core.readBudget.used, 0)
      bench.close()
    }()
    awaitState("the client to be freed") { core == nil && connections.live == 0 }
  }

  func testWritersAndReadersThatComeAndGoLeaveNothingInTheirFactory() throws {
    let bench = try Bench(segments: 2)
    let writers = Weak<StreamWriter>()
    try bench.makeGroup()
    for number in 0..<20 {
      try {
        let writer = try bench.makeWriter()
        writers.add(writer.stream)
        try writer.write(10).get(timeout: .seconds(10))
        try writer.close(until: .after(.seconds(10)))
        // Ended before its connections are there.
        let early = try bench.makeWriter()
        writers.add(early.stream)
        early.stream.close()
        let reader = try bench.makeReader("reader-\(number)")
        while try reader.readNextEvent(timeout: .seconds(10)).event == nil {}
        try reader.close()
      }()
    }
    awaitState("the writers to be freed") { writers.live == 0 }
    XCTAssertEqual(bench.client.core.buffers.bytesInUse, 0)
    XCTAssertEqual(bench.client.core.readBudget.used, 0)
    bench.close()
  }
}

/// Objects, without keeping them alive.
final class Weak<Object: AnyObject> {
  private struct Box { weak var object: Object? }

  private var boxes: [Box] = []

  func add(_ object: Object) { boxes.append(Box(object: object)) }

  var live: Int { Set(boxes.compactMap { $0.object.map(ObjectIdentifier.init) }).count }
}
