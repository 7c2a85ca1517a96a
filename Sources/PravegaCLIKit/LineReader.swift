// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Lines of a descriptor as bytes: no encoding is assumed, since an event may hold anything.
package final class LineReader {
  package enum Failure: Error, Equatable {
    case tooLong(lineNumber: Int, limit: Int)
    case unreadable(OutputError)
  }

  private let descriptor: Int32
  private let wakeUp: Int32?
  private let limit: Int
  private let chunkSize = 64 << 10
  private var buffer: [UInt8] = []
  private var start = 0
  private var scanned = 0
  private var reachedEnd = false
  private var lineNumber = 0

  /// - Parameter limit: The longest line in bytes; what is longer is an error, not memory.
  /// - Parameter wakeUp: A descriptor that ends the input when it becomes readable.
  package init(descriptor: Int32 = STDIN_FILENO, limit: Int, wakeUp: Int32? = nil) {
    self.descriptor = descriptor
    self.wakeUp = wakeUp
    self.limit = limit
  }

  /// Whether a whole line is there already, so that the next call will not block.
  package var hasBufferedLine: Bool {
    reachedEnd || nextLineFeed != nil
  }

  private var nextLineFeed: Int? {
    unsafe buffer.withUnsafeBytes { all in
      guard let base = all.baseAddress, scanned < all.count else { return nil }
      let found = unsafe memchr(base + scanned, Int32(UInt8(ascii: "\n")), all.count - scanned)
      return unsafe found.map { unsafe UnsafeRawPointer($0) - base }
    }
  }

  /// Blocks until a line has come, without its line feed; nil at the end of the input. A last line
  /// needs no line feed.
  package func next() throws(Failure) -> ArraySlice<UInt8>? {
    while true {
      if let end = nextLineFeed {
        return try take(to: end, skipping: 1)
      }
      scanned = buffer.count
      guard !reachedEnd else {
        return start < buffer.count ? try take(to: buffer.count, skipping: 0) : nil
      }
      try checkLength(buffer.count - start)
      try fill()
    }
  }

  private func take(to end: Int, skipping: Int) throws(Failure) -> ArraySlice<UInt8> {
    try checkLength(end - start)
    let line = buffer[start..<end]
    start = end + skipping
    scanned = start
    lineNumber += 1
    return line
  }

  private func checkLength(_ length: Int) throws(Failure) {
    if length > limit { throw .tooLong(lineNumber: lineNumber + 1, limit: limit) }
  }

  private func fill() throws(Failure) {
    if start > 0 {
      buffer.removeSubrange(..<start)
      scanned -= start
      start = 0
    }
    guard waitForInput() else {
      reachedEnd = true
      return
    }
    var failure: Int32?
    let chunk = unsafe [UInt8](unsafeUninitializedCapacity: chunkSize) { space, count in
      let result = unsafe read(into: UnsafeMutableRawBufferPointer(space))
      if result < 0 { failure = errno }
      count = max(0, result)
    }
    if let failure {
      throw .unreadable(OutputError(target: "standard input", call: "read", errno: failure))
    }
    buffer.append(contentsOf: chunk)
    if chunk.isEmpty { reachedEnd = true }
  }

  /// False when the input is to end now. What a line had so far is then dropped, never cut short.
  private func waitForInput() -> Bool {
    guard let wakeUp else { return true }
    var entries = [
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wakeUp, events: Int16(POLLIN), revents: 0),
    ]
    while unsafe poll(&entries, 2, -1) < 0, errno == EINTR {}
    guard entries[1].revents != 0 else { return true }
    buffer.removeAll()
    start = 0
    scanned = 0
    return false
  }

  private func read(into space: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = unsafe Glibc.read(descriptor, space.baseAddress, space.count)
      if count >= 0 || errno != EINTR { return count }
    }
  }
}
