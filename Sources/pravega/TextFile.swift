// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaCLIKit

/// Small files that a person names on the command line.
enum TextFile {
  /// - Parameter path: `-` is standard input.
  static func firstLine(_ path: String) throws -> String {
    let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw OutputError(target: "'\(path)'", call: "open", errno: errno)
    }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    let line = try LineReader(descriptor: descriptor, limit: 64 << 10).next() ?? []
    return String(decoding: line.last == UInt8(ascii: "\r") ? line.dropLast() : line, as: UTF8.self)
  }

  static func write(_ text: String, to path: String) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw OutputError(target: "'\(path)'", call: "open", errno: errno)
    }
    defer { close(descriptor) }
    let output = Output(descriptor: descriptor, name: "'\(path)'")
    try output.write(text)
    try output.flush()
  }
}
