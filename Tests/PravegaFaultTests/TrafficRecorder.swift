// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import PravegaCore
import PravegaNet
import PravegaThreads
import PravegaWire

/// What a client asked of controller and stores.
struct Traffic: Equatable {
  var connections = 0
  /// Bytes to the stores, frame headers included.
  var byteCount = 0
  /// Frames to the stores by name, as `SetupAppend`.
  var frames: [String: Int] = [:]
  /// Calls of the controller by name, as `getURI`.
  var calls: [String: Int] = [:]

  /// Frames that a reply is waited for.
  var roundTrips: Int {
    frames.filter { !["AppendBlock", "KeepAlive"].contains($0.key) }.values.reduce(0, +)
  }
}

/// Remembers what goes through the connections and calls that it makes.
final class TrafficRecorder: ConnectionFactory {
  private let sent = Monitor<[[UInt8]]>([])
  private let calls = Monitor<[String]>([])

  func connect(
    to endpoint: Endpoint, deadline: Deadline, interrupt: Interrupt?
  ) throws(PravegaError) -> any Transport {
    let transport = try SocketConnectionFactory().connect(
      to: endpoint, deadline: deadline, interrupt: interrupt)
    let number = sent.withLock { sent in
      sent.append([])
      return sent.count - 1
    }
    return RecordedTransport(transport) { [sent] bytes, returned in
      sent.withLock { sent in
        sent[number] += bytes
        sent[number].removeLast(min(returned, sent[number].count))
      }
    }
  }

  func controller(_ endpoint: Endpoint) -> any UnaryTransport {
    RecordedCalls(GRPCTransport(endpoint)) { [calls] name in calls.withLock { $0.append(name) } }
  }

  /// What was recorded since the last time.
  func take() throws -> Traffic {
    var traffic = Traffic()
    let all = sent.withLock { sent in
      defer { for index in sent.indices { sent[index] = [] } }
      return sent
    }
    for bytes in all where !bytes.isEmpty {
      traffic.byteCount += bytes.count
      try count(bytes, &traffic)
    }
    traffic.connections = traffic.frames["Hello"] ?? 0
    let names = calls.withLock { calls in
      defer { calls = [] }
      return calls
    }
    for name in names { traffic.calls[name, default: 0] += 1 }
    return traffic
  }

  private func count(_ bytes: [UInt8], _ traffic: inout Traffic) throws {
    var rest = bytes[...]
    while rest.count >= WireLimits.headerByteCount {
      let words = [rest.prefix(4), rest.dropFirst(4).prefix(4)]
        .map { $0.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
      let name = CommandTable[Int32(bitPattern: words[0])]?.name ?? "?"
      traffic.frames[name, default: 0] += 1
      rest = rest.dropFirst(WireLimits.headerByteCount + Int(words[1]))
    }
  }
}

/// What a Java client asked between two notes of a recording.
enum RecordedTraffic {
  static func of(_ scenario: String, from first: String, to last: String) throws -> Traffic {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
      .appendingPathComponent("Fixtures/transcripts/\(scenario).jsonl")
    var traffic = Traffic()
    var isInside = false
    for line in try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")) {
      guard let row = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
      else { continue }
      if let note = row["text"] as? String, row["proto"] as? String == "note" {
        if note.hasPrefix(first) {
          isInside = true
        } else if note.hasPrefix(last) {
          isInside = false
        }
      }
      if isInside, row["dir"] as? String == "c2s" { add(row, &traffic) }
    }
    traffic.connections = traffic.frames["Hello"] ?? 0
    return traffic
  }

  private static func add(_ row: [String: Any], _ traffic: inout Traffic) {
    if let call = row["rpc"] as? String { traffic.calls[call, default: 0] += 1 }
    guard let command = row["command"] as? String, let length = row["length"] as? Int,
      let code = row["type"] as? Int
    else { return }
    let name = CommandTable[Int32(code)]?.name ?? command
    traffic.frames[name, default: 0] += 1
    traffic.byteCount += length + WireLimits.headerByteCount
  }
}

private final class RecordedTransport: Transport {
  private let inner: any Transport
  /// Takes note of bytes, and how many of the last ones were not sent.
  private let record: @Sendable (_ bytes: [UInt8], _ returned: Int) -> Void

  init(_ inner: any Transport, _ record: @escaping @Sendable ([UInt8], Int) -> Void) {
    self.inner = inner
    self.record = record
  }

  var descriptor: CInt { inner.descriptor }
  var allowsSendingFromAnyThread: Bool { inner.allowsSendingFromAnyThread }
  var mayHoldInput: Bool { inner.mayHoldInput }
  var mayHoldOutput: Bool { inner.mayHoldOutput }
  var peer: Endpoint? { inner.peer }
  var negotiatedProtocol: String? { inner.negotiatedProtocol }
  func shutdown() { inner.shutdown() }
  func shutdownSending() { inner.shutdownSending() }
  func close() { inner.close() }

  func receive(into space: UnsafeMutableRawBufferPointer) throws(NetError) -> TransportRead {
    try inner.receive(into: space)
  }

  func send(_ buffers: UnsafeBufferPointer<iovec>) throws(NetError) -> TransportWrite {
    let all = buffers.flatMap {
      Array(UnsafeRawBufferPointer(start: $0.iov_base, count: $0.iov_len))
    }
    // Before it is sent: the answer may be there before this thread goes on.
    record(all, 0)
    var sentCount = 0
    defer { record([], all.count - sentCount) }
    let result = try inner.send(buffers)
    if case .bytes(let count) = result { sentCount = count }
    return result
  }
}

private final class RecordedCalls: UnaryTransport {
  private let inner: any UnaryTransport
  private let record: @Sendable (String) -> Void

  init(_ inner: any UnaryTransport, _ record: @escaping @Sendable (String) -> Void) {
    self.inner = inner
    self.record = record
  }

  func call(
    path: String, metadata: [(name: String, value: String)], body: [UInt8], deadline: Deadline
  ) throws(CallFailure) -> [UInt8] {
    record(String(path.split(separator: "/").last ?? ""))
    return try inner.call(path: path, metadata: metadata, body: body, deadline: deadline)
  }

  func close(until deadline: Deadline) { inner.close(until: deadline) }
}
