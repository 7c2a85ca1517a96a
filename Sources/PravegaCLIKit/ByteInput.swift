// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Bytes of a file or of standard input, a chunk at a time.
package final class ByteInput {
  private let descriptor: Int32
  private let name: String
  private var chunk = [UInt8](repeating: 0, count: 64 << 10)

  /// - Parameter path: `-` is standard input.
  package init(path: String) throws(OutputError) {
    name = path == "-" ? "standard input" : "'\(path)'"
    descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw OutputError(target: name, call: "open", errno: errno) }
  }

  deinit { if descriptor != STDIN_FILENO, descriptor >= 0 { close(descriptor) } }

  /// Blocks until there is something; nil at the end.
  package func next() throws(OutputError) -> ArraySlice<UInt8>? {
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 { return chunk[..<count] }
      if count == 0 { return nil }
      guard errno == EINTR else { throw OutputError(target: name, call: "read", errno: errno) }
    }
  }
}
