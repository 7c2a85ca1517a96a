// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// Sees, in debug builds, what happens under a ``Monitor``'s lock and must not: a second lock,
/// I/O, user code, a log line. Tests look at ``takeReports()``; release builds know nothing of it.
@usableFromInline
package enum LockWatch {
  /// Holds for each thread: how many locks it holds.
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    unsafe pthread_key_create(&key, nil)
    return key
  }()

  private static let reports = Monitor<[String]>([])
  private static let maxReports = 20

  private static var held: Int {
    get { unsafe Int(bitPattern: pthread_getspecific(key)) }
    set { unsafe pthread_setspecific(key, UnsafeRawPointer(bitPattern: newValue)) }
  }

  @usableFromInline
  static func enter() {
    if held > 0 { report("a second lock") }
    held += 1
  }

  @usableFromInline
  static func leave() { held -= 1 }

  /// Notes an offence when the calling thread holds a lock.
  ///
  /// - Parameter deed: what the thread is about to do.
  @inlinable
  @inline(__always)
  package static func expectNoLock(_ deed: StaticString) {
    #if DEBUG
      if isHolding { report(deed) }
    #endif
  }

  @usableFromInline
  static var isHolding: Bool { held > 0 }

  /// What was noted since the last call: the deed and the thread's stack, as file and offset, which
  /// `llvm-symbolizer` turns into names.
  package static func takeReports() -> [String] {
    reports.withLock { reports in
      defer { reports = [] }
      return reports
    }
  }

  @usableFromInline
  static func report(_ deed: StaticString) {
    // The list's own lock is not meant.
    let count = held
    held = 0
    defer { held = count }
    let text = "\(deed) under a lock:\n" + stack().joined(separator: "\n")
    reports.withLock { if $0.count < maxReports { $0.append(text) } }
  }

  private static func stack() -> [String] {
    var frames = unsafe [UnsafeMutableRawPointer?](repeating: nil, count: 24)
    let count = unsafe backtrace(&frames, 24)
    guard let symbols = unsafe backtrace_symbols(&frames, count) else { return [] }
    defer { unsafe free(symbols) }
    return (0..<Int(count)).compactMap { index in
      unsafe symbols[index].map { unsafe String(cString: $0) }
    }
  }
}
