// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaProtobuf
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import XCTest

/// Feeds what recorded clients asked a real controller to the embedded one, call by call, and
/// compares the kinds of the answers: status, flags and how many of what they hold.
final class ControllerTranscriptTests: LeakCheckedTestCase {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/transcripts")

  func testRecordedCallsGetAnswersOfTheSameKind() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
      .filter { name in
        // Access control is a different server; the history continues another recording.
        name.hasSuffix(".jsonl") && !name.contains(".controller.") && !name.hasPrefix("auth-")
          && name != "watermarks-history.jsonl"
      }.sorted()
    XCTAssertGreaterThan(files.count, 40)
    var compared = 0
    for file in files { compared += try replay(file) }
    XCTAssertGreaterThan(compared, 900)
  }

  /// Two writers noted times for 43 seconds while the controller's rounds fell at these moments.
  func testNotedTimesBecomeTheRecordedWatermarks() throws {
    var rounds = [16.946, 27.067, 37.13, 47.286]
    let peer = TranscriptPeer(ticks: false)
    for line in try text("watermarks.jsonl").split(separator: "\n") where line.contains("\"grpc\"")
    {
      guard let call = try RecordedCall(line), call.isRequest else { continue }
      while let next = rounds.first, next < call.time {
        peer.core.writeWatermarks()
        rounds.removeFirst()
      }
      _ = try peer.answer(call)
    }
    XCTAssertEqual(rounds, [])
    let name = "scope-watermarks/_MARKs/0.#epoch.0"
    XCTAssertEqual(
      try peer.store.bytes(of: name, from: 0, length: 1 << 16),
      try recordedSegment(name, "watermarks.jsonl"))
    XCTAssertEqual(
      try peer.store.attribute(
        AttributeID(high: 0x7df9_a874_246c_c9d6, low: 0x9397_cdd1_9ead_68c5), of: name), 339)
  }

  /// For some recordings the real controller's own requests to the store are known.
  func testTheStoreIsAskedForTheSameThings() throws {
    let names = [
      "admin-basics", "rg-create-and-read", "scale-during-write", "txn-commit", "watermarks",
      "write-jumbo",
    ]
    for name in names {
      let storage = RecordingStorage()
      let peer = TranscriptPeer(storage: storage, ticks: false)
      for line in try text(name + ".jsonl").split(separator: "\n") where line.contains("\"grpc\"") {
        guard let call = try RecordedCall(line) else { continue }
        if call.isRequest { _ = try peer.answer(call) }
      }
      let expected = try text(name + ".controller.jsonl").split(separator: "\n")
        .compactMap(Self.command)
      XCTAssertGreaterThan(expected.count, 1)
      XCTAssertEqual(storage.commands.sorted(), expected.sorted(), name)
    }
  }

  /// A request of the controller as the recording storage writes it down.
  private static func command(_ line: Substring) throws -> String? {
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    guard object?["proto"] as? String == "wire", object?["dir"] as? String == "c2s",
      let fields = object?["fields"] as? [String: Any]
    else { return nil }
    let segment = "\(fields["segment"] ?? "")"
    switch object?["command"] as? String {
    case "CREATE_SEGMENT": return "create \(segment)"
    case "SEAL_SEGMENT": return "seal \(segment)"
    case "DELETE_SEGMENT": return "delete \(segment)"
    case "TRUNCATE_SEGMENT": return "truncate \(segment) \(fields["truncationOffset"] ?? "")"
    case "UPDATE_SEGMENT_POLICY":
      return "policy \(segment) \(fields["scaleType"] ?? "") \(fields["targetRate"] ?? "")"
    case "MERGE_SEGMENTS_BATCH":
      let sources = fields["sources"] as? [String] ?? []
      return "merge \(sources.joined(separator: ", ")) into \(fields["target"] ?? "")"
    default: return nil
    }
  }

  private func text(_ file: String) throws -> String {
    try String(contentsOf: Self.folder.appendingPathComponent(file), encoding: .utf8)
  }

  private func recordedSegment(_ name: String, _ file: String) throws -> [UInt8] {
    for line in try text(file).split(separator: "\n") where line.contains("\"segment\"") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      guard object?["proto"] as? String == "segment", object?["name"] as? String == name else {
        continue
      }
      return RecordedCall.bytes(object?["hex"] as? String ?? "")
    }
    return []
  }

  private func replay(_ file: String) throws -> Int {
    let text = try text(file)
    let peer = TranscriptPeer()
    var waiting: [String: [UInt8]?] = [:]
    var compared = 0
    for line in text.split(separator: "\n") {
      guard line.contains("\"grpc\""), let call = try RecordedCall(line) else { continue }
      if call.isRequest {
        waiting[call.key] = try peer.answer(call)
      } else if let answer = waiting.removeValue(forKey: call.key) {
        compared += 1
        let expected = call.isOK ? call.bytes : nil
        XCTAssertEqual(
          try kind(answer, call.rpc), try kind(expected, call.rpc),
          "\(file) at \(call.time): \(call.rpc)")
        peer.learn(call, answer)
      }
    }
    return compared
  }

  /// Numbers by field, and how many texts or messages a field has. Nil: the call failed.
  private func kind(_ bytes: [UInt8]?, _ rpc: String) throws -> [String]? {
    guard let bytes else { return nil }
    switch rpc {
    case "getURI", "getDelegationToken", "listScopes", "listCompletedTransactions": return []
    // Real servers answer while they scale, and give a page for each chunk of tagged streams.
    case "checkScale", "listStreamsInScopeForTag": return []
    case "checkTransactionState":
      // Commits and aborts are over when the call that asks for them returns.
      let state = try Proto.TxnState(protobuf: bytes).state
      return [(state == .committing ? .committed : state == .aborting ? .aborted : state).name]
    default: return try FieldCounts(protobuf: bytes).texts
    }
  }
}

/// The embedded controller with the recording's clock, and its names for transactions.
private final class TranscriptPeer {
  private let clock = Monitor<Int64>(1_700_000_000_000)
  private let service: ControllerService
  private let ticks: Bool
  let store = SegmentStore()
  var core: ControllerCore { service.core }
  private var transactions: [[Int64]: Proto.TxnId] = [:]
  private var tokens: [String: String] = [:]

  init(storage: (any SegmentStorage)? = nil, ticks: Bool = true) {
    self.ticks = ticks
    let clock = clock
    let core = ControllerCore(storage: storage ?? store) { clock.withLock { $0 } }
    service = ControllerService(core: core) { _ in ("127.0.0.1", 1) }
  }

  /// Nil when the call fails.
  func answer(_ call: RecordedCall) throws -> [UInt8]? {
    clock.withLock { $0 = 1_700_000_000_000 + Int64(call.time * 1000) }
    if ticks { core.tick() }
    return try? service.answer(call.rpc, try translated(call), from: ControllerCaller())
  }

  func learn(_ reply: RecordedCall, _ answer: [UInt8]?) {
    if reply.rpc.hasSuffix("InScope"), let answer,
      let theirs = try? Proto.StreamsInScopeResponse(protobuf: reply.bytes).continuationToken,
      let ours = try? Proto.StreamsInScopeResponse(protobuf: answer).continuationToken
    {
      tokens[theirs.token] = ours.token
    }
    guard reply.rpc == "createTransaction", let answer,
      let theirs = try? Proto.CreateTxnResponse(protobuf: reply.bytes).txnId,
      let ours = try? Proto.CreateTxnResponse(protobuf: answer).txnId
    else { return }
    transactions[[theirs.highBits, theirs.lowBits]] = ours
  }

  private func translated(_ call: RecordedCall) throws -> [UInt8] {
    switch call.rpc {
    case "pingTransaction":
      var request = try Proto.PingTxnRequest(protobuf: call.bytes)
      request.txnId = request.txnId.map { transactions[[$0.highBits, $0.lowBits]] ?? $0 }
      return request.serialized()
    case "commitTransaction", "abortTransaction", "checkTransactionState":
      var request = try Proto.TxnRequest(protobuf: call.bytes)
      request.txnId = request.txnId.map { transactions[[$0.highBits, $0.lowBits]] ?? $0 }
      return request.serialized()
    case "listStreamsInScope", "listKeyValueTablesInScope":
      // Both requests look alike.
      var request = try Proto.StreamsInScopeRequest(protobuf: call.bytes)
      request.continuationToken = request.continuationToken.map {
        Proto.ContinuationToken(token: tokens[$0.token] ?? $0.token)
      }
      return request.serialized()
    default: return call.bytes
    }
  }
}

/// One line of a recording.
private struct RecordedCall {
  let rpc: String
  let time: Double
  let isRequest: Bool
  let isOK: Bool
  let bytes: [UInt8]
  let key: String

  init?(_ line: Substring) throws {
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    guard let object, object["proto"] as? String == "grpc", let rpc = object["rpc"] as? String
    else { return nil }
    self.rpc = rpc
    time = object["t"] as? Double ?? 0
    isRequest = object["dir"] as? String == "c2s"
    isOK = (object["status"] as? [String: Any])?["code"] as? Int == 0
    bytes = RecordedCall.bytes(object["hex"] as? String ?? "")
    key = "\(object["conn"] ?? "")/\(object["stream"] ?? "")"
  }

  static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
  }
}

/// The fields of any message without its description.
private struct FieldCounts: ProtobufDecodable {
  private var numbers: [Int: Int64] = [:]
  private var counts: [Int: Int] = [:]

  init() {}

  mutating func merge(from reader: inout ProtobufReader) throws(ProtobufError) {
    while let tag = try reader.nextTag() {
      if tag.type == .varint {
        var value: Int64 = 0
        try reader.int64(&value, tag)
        numbers[tag.number] = value
      } else {
        counts[tag.number, default: 0] += 1
        try reader.skip(tag)
      }
    }
  }

  var texts: [String] {
    (numbers.map { "\($0.key) = \($0.value)" } + counts.map { "\($0.key): \($0.value) times" })
      .sorted()
  }
}
