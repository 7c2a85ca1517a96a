// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A message that a real client or server has sent, and what it says.
struct RecordedMessage {
  let source: String
  let codec: Codec
  let bytes: [UInt8]
  /// What it says, nil where the recording does not keep to its order.
  let fields: Any?
}

enum RecordedMessages {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let fixtures = root.appending(path: "Tests/Fixtures")

  static func all() throws -> [RecordedMessage] { try transcripts() + probes() }

  static func transcripts() throws -> [RecordedMessage] {
    var messages: [RecordedMessage] = []
    for file in try files("transcripts", suffix: ".jsonl") {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      where line.contains("\"grpc\"") {
        guard let object = try json(Data(line.utf8)), object["proto"] as? String == "grpc",
          let rpc = object["rpc"] as? String, let call = calls[rpc],
          let hex = object["hex"] as? String, let fields = object["message"], !(fields is NSNull)
        else { continue }
        let codec = object["dir"] as? String == "c2s" ? call.request : call.reply
        messages.append(
          RecordedMessage(
            source: "\(file.lastPathComponent) \(rpc)", codec: codec, bytes: bytes(hex),
            fields: fields))
      }
    }
    return messages
  }

  static func probes() throws -> [RecordedMessage] {
    var messages: [RecordedMessage] = []
    for folder in ["probes/controller", "probes/controller-auth"] {
      for file in try files(folder, suffix: ".json") {
        let steps = try json(Data(contentsOf: file))?["steps"] as? [[String: Any]] ?? []
        for step in steps {
          guard let rpc = step["rpc"] as? String, let call = calls[rpc] else { continue }
          let source = "\(file.lastPathComponent) \(rpc)"
          for (codec, key) in [(call.request, "request"), (call.reply, "response")] {
            guard let hex = step["\(key)_hex"] as? String, let fields = step[key] else { continue }
            let isOrdered = step["unordered"] == nil || key == "request"
            messages.append(
              RecordedMessage(
                source: source, codec: codec, bytes: bytes(hex),
                fields: isOrdered ? fields : nil))
          }
        }
      }
    }
    return messages
  }

  static func files(_ folder: String, suffix: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(
      at: fixtures.appending(path: folder), includingPropertiesForKeys: nil
    ).filter { $0.lastPathComponent.hasSuffix(suffix) }
      .sorted { $0.path < $1.path }
  }

  static func json(_ data: Data) throws -> [String: Any]? {
    try JSONSerialization.jsonObject(with: data) as? [String: Any]
  }
}

func bytes(_ hex: String) -> [UInt8] {
  let digits = Array(hex.utf8.filter { $0 != 0x20 })
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
    UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
  }
}
