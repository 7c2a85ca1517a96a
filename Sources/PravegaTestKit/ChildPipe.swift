// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The test's end of a pipe to or from a program that it runs.
final class ChildPipe {
  private let descriptor: CInt
  private var unread: [UInt8] = []

  /// Takes the descriptor over.
  init(_ descriptor: CInt) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// The next line, without its line feed; nil at the end.
  func readLine() -> [UInt8]? {
    var searched = 0
    while true {
      if let end = unread[searched...].firstIndex(of: 10) {
        defer { unread.removeFirst(end + 1) }
        return Array(unread[..<end])
      }
      searched = unread.count
      guard receive() else { break }
    }
    defer { unread = [] }
    return unread.isEmpty ? nil : unread
  }

  func readAll() -> [UInt8] {
    while receive() {}
    defer { unread = [] }
    return unread
  }

  /// Waits for more; false at the end.
  private func receive() -> Bool {
    var bytes = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      unread += bytes[..<count]
      return true
    }
  }

  /// Writes all, or as much as the other side takes before it ends.
  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = withoutSignal {
        rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  /// A program that has ended already must not end the test, nor the whole process ignore what is
  /// a mistake elsewhere.
  private func withoutSignal(_ body: () -> Int) -> Int {
    var (broken, before) = (sigset_t(), sigset_t())
    sigemptyset(&broken)
    sigaddset(&broken, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &broken, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let result = body()
    guard result < 0, errno == EPIPE else { return result }
    var none = timespec()
    sigtimedwait(&broken, nil, &none)
    errno = EPIPE
    return result
  }
}
