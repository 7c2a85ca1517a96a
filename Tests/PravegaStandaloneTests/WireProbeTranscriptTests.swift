// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaNet
import PravegaTestKit
import PravegaWire
import XCTest

@testable import PravegaStandalone

/// What the Java and Rust clients sent to a real store, sent to the embedded one: the answers are
/// of the same kinds.
///
/// What the controller did to the segments is not in a client's recording; it is made up for from the
/// recorded answers, which say that a segment was missing, sealed or truncated.
final class WireProbeTranscriptTests: LeakCheckedTestCase {
  private static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/transcripts")

  /// The recordings with at least a few whole frames, each by name.
  func testClientsGetTheAnswersTheyGotFromARealStore() throws {
    let names = [
      "admin-basics", "batch-client", "byte-stream-write-read", "event-pointer-fetch",
      "idle-keep-alive", "key-value-table", "key-value-table-conditions", "revisioned-stream",
      "rg-create-and-read", "rg-delete", "rust-byte-stream", "rust-read",
      "rust-txn", "rust-write", "seal-under-writer", "state-synchronizer", "txn-commit",
      "write-no-key", "write-pooled", "write-small", "write-sync", "writer-reconnect",
    ]
    var compared = 0
    for name in names {
      let replay = try TranscriptReplay(Self.folder.appendingPathComponent("\(name).jsonl"))
      let result = try replay.run()
      compared += result.compared
      XCTAssertEqual(result.differences, [], name)
    }
    XCTAssertGreaterThan(compared, 600)
  }
}

/// Plays one recording against a server of its own.
private final class TranscriptReplay {
  private struct Line {
    let connection: String
    let isRequest: Bool
    let code: Int32
    let command: String
    let fields: [String: Any]
    let frame: [UInt8]?
  }

  private let core = SegmentStore()
  private let lines: [Line]
  private var clients: [String: StoreTestClient] = [:]
  private var waiting: [String: [Int32]] = [:]
  /// Connections on which a frame was not whole: what follows cannot be compared.
  private var spoiled: Set<String> = []
  private var segments: [String: String] = [:]
  private var differences: [String] = []
  private var compared = 0

  init(_ file: URL) throws {
    lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap {
      let json = try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      guard let json, json["proto"] as? String == "wire",
        let connection = json["conn"] as? String, let code = json["type"] as? Int,
        let command = json["command"] as? String
      else { return nil }
      return Line(
        connection: connection, isRequest: json["dir"] as? String == "c2s", code: Int32(code),
        command: command, fields: json["fields"] as? [String: Any] ?? [:],
        frame: (json["hex"] as? String).flatMap(Self.bytes))
    }
  }

  private static func bytes(_ hex: String) -> [UInt8]? {
    var result: [UInt8] = []
    var digits = hex.utf8.makeIterator()
    while let high = digits.next(), let low = digits.next() {
      guard let byte = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16) else {
        return nil
      }
      result.append(byte)
    }
    return result
  }

  func run() throws -> (compared: Int, differences: [String]) {
    let server = SegmentStoreServer(core: core)
    let port = try server.start().port
    defer { server.stop() }
    for (index, line) in lines.enumerated() where !spoiled.contains(line.connection) {
      if line.isRequest {
        guard let frame = line.frame else {
          spoiled.insert(line.connection)
          continue
        }
        try prepare(line, answer: answer(to: index))
        let client = try clients[line.connection] ?? StoreTestClient(port: port, timeout: 2)
        clients[line.connection] = client
        try client.send(bytes: frame)
        try awaitHandling(line.connection, client)
      } else if let client = clients[line.connection] {
        compare(line, client)
      }
    }
    return (compared, differences)
  }

  // MARK: - Preparing

  private func segment(of line: Line) -> String? {
    (line.fields["segment"] ?? line.fields["segmentName"]) as? String
  }

  /// The answer on the connection: the same id, and the same offset where there is one. Writers
  /// and readers use one id for everything.
  private func answer(to index: Int) -> Line? {
    let request = lines[index]
    let id = request.fields["requestId"] as? Int
    let offset = (request.fields["offset"] ?? request.fields["lastEventNumber"]) as? Int
    return lines[(index + 1)...].first {
      !$0.isRequest && $0.connection == request.connection && $0.fields["requestId"] as? Int == id
        && ($0.fields["offset"] as? Int ?? -1 == offset ?? -1)
    }
  }

  /// Brings the segment into the state that the recorded answer tells of.
  private func prepare(_ line: Line, answer: Line?) throws {
    if let writer = line.fields["writerId"] as? String {
      if let name = segment(of: line) { segments[writer] = name }
      if answer?.command == "SEGMENT_IS_SEALED", let name = segments[writer] {
        try? core.seal(name)
      }
    }
    guard let name = segment(of: line), !line.command.hasPrefix("CREATE") else { return }
    if answer?.command == "NO_SUCH_SEGMENT" {
      _ = try? core.delete(name)
      return
    }
    make(name, line)
    if answer?.command == "SEGMENT_IS_TRUNCATED",
      let start = answer?.fields["startOffset"] as? Int
    {
      grow(name, to: Int64(start))
      try? core.truncate(name, at: Int64(start))
    }
    let isSealed = answer?.fields["isSealed"] ?? answer?.fields["endOfSegment"]
    if isSealed as? Bool == true {
      followRead(answer)
      try? core.seal(name)
    }
  }

  /// Someone else wrote what the client reads.
  private func followRead(_ answer: Line?) {
    guard let answer, answer.command == "SEGMENT_READ", let name = segment(of: answer),
      let offset = answer.fields["offset"] as? Int
    else { return }
    grow(name, to: Int64(offset + (dataLength(answer) ?? 0)))
  }

  private func dataLength(_ line: Line?) -> Int? {
    if let data = line?.fields["data"] as? String { return data.utf8.count / 2 }
    return (line?.fields["data"] as? [String: Any])?["length"] as? Int
  }

  private func grow(_ name: String, to length: Int64) {
    guard let now = try? core.info(name).length, now < length else { return }
    _ = try? core.append([UInt8](repeating: 0, count: Int(length - now)), to: name)
  }

  private func make(_ name: String, _ line: Line) {
    guard !core.exists(name) else { return }
    guard line.command.contains("TABLE") else {
      _ = try? core.create(name)
      return
    }
    let entries = (line.fields["tableEntries"] ?? line.fields["keys"]) as? [[String: Any]]
    let key = entries?.first?["key"] as? String ?? line.fields["fromKey"] as? String ?? ""
    try? core.createTable(name, keyLength: Int32(key.utf8.count / 2))
  }

  // MARK: - Comparing

  /// Requests of different connections are handled in the recorded order: each is followed by a
  /// keep-alive, whose echo says that it has been.
  private func awaitHandling(_ connection: String, _ client: StoreTestClient) throws {
    try client.send(KeepAlive())
    while let code = try? client.receive().code, code != KeepAlive.code {
      waiting[connection, default: []].append(code)
    }
  }

  /// Answers to different requests may come in another order.
  private func compare(_ line: Line, _ client: StoreTestClient) {
    followRead(line)
    if line.command == "SEGMENT_IS_SEALED", let name = segment(of: line) { try? core.seal(name) }
    // Every request had its own echo.
    if line.code == KeepAlive.code { return }
    var arrived = waiting[line.connection] ?? []
    defer { waiting[line.connection] = arrived }
    while !arrived.contains(line.code) {
      do {
        arrived.append(try client.receive().code)
      } catch {
        let names = arrived.map { CommandTable[$0]?.name ?? "\($0)" }
        let fields = "\(line.fields)".prefix(300)
        differences.append("\(line.connection): \(line.command) \(fields) missing: \(names)")
        spoiled.insert(line.connection)
        return
      }
    }
    if let index = arrived.firstIndex(of: line.code) { arrived.remove(at: index) }
    compared += 1
  }
}
