// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaHTTP2
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

/// Clients that flood the embedded controller over real sockets, beside one that is honest.
final class HTTP2FloodTests: FaultTestCase {
  private typealias Piece = @Sendable (Int) -> [UInt8]

  private static func bytes(_ frames: HTTP2Frame...) -> [UInt8] {
    var output: [UInt8] = []
    for frame in frames { frame.append(to: &output) }
    return output
  }

  /// Encoded once: else a flood of calls would be a slow one.
  private static let headers: [UInt8] = {
    var encoder = HPACKEncoder()
    return encoder.encode([
      HeaderField(":method", "POST", indexing: .none),
      HeaderField(":scheme", "http", indexing: .none),
      HeaderField(":path", "/x/y", indexing: .none), HeaderField("te", "trailers", indexing: .none),
    ])
  }()

  private static func call(_ number: Int, endHeaders: Bool = true) -> HTTP2Frame {
    let id = StreamID(2 * number + 1)
    return .headers(id, headers[...], endStream: false, endHeaders: endHeaders)
  }

  private static let floods: [(name: String, opening: [UInt8], piece: Piece)] = [
    ("PING", [], { bytes(.ping(UInt64($0))) }), ("SETTINGS", [], { _ in bytes(.settings([])) }),
    ("rapid reset", [], { bytes(call($0), .reset(StreamID(2 * $0 + 1), .cancel)) }),
    (
      "CONTINUATION", bytes(call(0, endHeaders: false)),
      { _ in bytes(.continuation(1, [], endHeaders: false)) }
    ),
    (
      "large CONTINUATION", bytes(call(0, endHeaders: false)),
      { _ in
        bytes(.continuation(1, [UInt8](repeating: 0x88, count: 16_000)[...], endHeaders: false))
      }
    ),
    (
      "empty DATA", bytes(call(0)),
      { _ in bytes(.data(1, [], flowControlled: 0, endStream: false)) }
    ),
    ("unknown frames", [], { _ in bytes(.unknown(type: 77)) }),
  ]

  private static func attack(
    _ endpoint: Endpoint, _ opening: [UInt8], _ piece: Piece
  ) throws -> FloodingPeer.Outcome {
    // As long as the other floods take the machine, this one may be slower than the limits are.
    let soon = Deadline.after(.seconds(120))
    var peer = FloodingPeer(try connectTCP(to: endpoint, deadline: soon))
    let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + bytes(.settings([]))
    peer.open(preface, awaiting: 4, until: soon)
    return peer.flood(opening, piece, limit: 64 << 20, until: soon)
  }

  /// Every flood twice at a time, all of them three times, while one client makes scopes and streams
  /// and writes events to them.
  func testAnHonestClientGoesOnBesideFloods() throws {
    let address = try server.controllerURI.dropFirst("tcp://".count)
    let endpoint = try XCTUnwrap(Endpoint(parsing: String(address)))
    let outcomes = Monitor<[(String, FloodingPeer.Outcome)]>([])
    let attackers = Self.floods.flatMap { flood in
      (0..<2).map { _ in
        Worker.start(name: "flood") {
          for _ in 0..<3 {
            do {
              let outcome = try Self.attack(endpoint, flood.opening, flood.piece)
              outcomes.withLock { $0.append((flood.name, outcome)) }
            } catch { XCTFail("\(flood.name): \(error)") }
          }
        }
      }
    }
    let whole = attackers.count * 3
    let manager = try StreamManager.create(clientConfig: try cluster.clientConfig)
    let factory = try makeFactory()
    let ledger = TestEventLedger()
    var generator = TestEventGenerator("k", keys: 3, paddings: [0, 300])
    var rounds = 0
    while outcomes.withLock({ $0.count }) < whole || rounds < 3 {
      let name = "s\(rounds)"
      XCTAssertTrue(
        try manager.createStream(
          scope: scope, stream: name, config: StreamConfiguration(scalingPolicy: .fixed(2))))
      let writer = try factory.createEventWriter(stream: name, serializer: TestEventSerializer())
      try ledger.write(10, from: &generator, with: writer)
      try writer.close()
      try readBack(name, into: ledger)
      rounds += 1
    }
    manager.close()
    for attacker in attackers { XCTAssertTrue(attacker.join(until: .after(.seconds(120)))) }
    XCTAssertEqual(ledger.problems(), [])
    XCTAssertEqual(outcomes.withLock { $0.count }, whole)
    for (name, outcome) in outcomes.withLock({ $0 }) {
      XCTAssertTrue(outcome.hasEnded, name)
      XCTAssertEqual(outcome.goAwayCode, HTTP2ErrorCode.enhanceYourCalm.rawValue, name)
      XCTAssertLessThan(outcome.sentByteCount, 32 << 20, name)
    }
  }
}
