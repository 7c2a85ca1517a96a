// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Standard output with a buffer of its own.
///
/// `print` ignores a full disk and dies of a closed pipe; here both are errors with a sentence. Data
/// goes to standard output, everything said to a person goes to ``Console``. One thread uses it.
package final class Output {
  private static let flushSize = 64 << 10

  private let descriptor: Int32
  private let name: String
  private var buffer: [UInt8] = []

  package init(descriptor: Int32 = STDOUT_FILENO, name: String = "standard output") {
    self.descriptor = descriptor
    self.name = name
    buffer.reserveCapacity(Output.flushSize + 4096)
  }

  package var isTerminal: Bool { isatty(descriptor) == 1 }

  package func write(_ text: String) throws(OutputError) {
    buffer.append(contentsOf: text.utf8)
    try flushIfFull()
  }

  package func line(_ text: String) throws(OutputError) {
    buffer.append(contentsOf: text.utf8)
    buffer.append(UInt8(ascii: "\n"))
    try flushIfFull()
  }

  package func line(_ bytes: some Sequence<UInt8>) throws(OutputError) {
    buffer.append(contentsOf: bytes)
    buffer.append(UInt8(ascii: "\n"))
    try flushIfFull()
  }

  private func flushIfFull() throws(OutputError) {
    if buffer.count >= Output.flushSize { try flush() }
  }

  /// Blocks until everything is written; a pipe that nobody empties holds it up.
  package func flush() throws(OutputError) {
    defer { buffer.removeAll(keepingCapacity: true) }
    if let failure = writeAll(descriptor, buffer) {
      throw OutputError(target: name, call: "write", errno: failure)
    }
  }

  /// Throws when the program that read from here is gone: a write would say so, but the next one may be
  /// long in coming.
  package func checkReader() throws(OutputError) {
    var entry = pollfd(fd: descriptor, events: 0, revents: 0)
    guard unsafe poll(&entry, 1, 0) > 0, entry.revents & Int16(POLLERR | POLLHUP) != 0 else {
      return
    }
    throw OutputError(target: name, call: "poll", errno: EPIPE)
  }
}

/// Writes all bytes; returns the errno of the call that failed.
func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32? {
  unsafe bytes.withUnsafeBytes { all in
    var done = 0
    while done < all.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: all[done...])
      let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count >= 0 {
        done += count
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&waiting, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}

/// Standard error: what the program says to a person. Any thread may use it; a line is one write.
package enum Console {
  package static func say(_ line: String) {
    _ = writeAll(STDERR_FILENO, Array((line + "\n").utf8))
  }

  static func write(_ text: String) {
    _ = writeAll(STDERR_FILENO, Array(text.utf8))
  }

  /// Whether progress lines may be drawn: a terminal that can, and nobody who logs it.
  package static var isInteractive: Bool {
    isatty(STDERR_FILENO) == 1 && Environment.value("TERM") != "dumb"
      && Environment.value("CI") == nil
  }
}

/// The process's environment.
package enum Environment {
  /// nil when it is not set or empty.
  package static func value(_ name: String) -> String? {
    guard let pointer = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: pointer)
    return text.isEmpty ? nil : text
  }
}
