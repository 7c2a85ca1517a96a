// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc
internal import PravegaThreads
public import XCTest

/// A test case whose tests have to give back every thread and descriptor that they take.
///
/// Threads that are just ending get two seconds. A subclass that overrides `setUpWithError` or
/// `tearDownWithError` calls `super`: first in the one, last in the other.
open class LeakCheckedTestCase: XCTestCase {
  private var before = Usage()

  /// Beginnings of the names of threads that several tests share, such as those of a server that all
  /// tests of a class use.
  open var sharedThreadNames: [String] { [] }

  /// Remembers what is in use.
  override open func setUpWithError() throws {
    try super.setUpWithError()
    LeakCheckedTestCase.warmUp()
    before = usage()
  }

  private func usage() -> Usage {
    let shared = sharedThreadNames
    return Usage { name in !shared.contains { name.hasPrefix($0) } }
  }

  /// Fails the test when more is in use than before it.
  override open func tearDownWithError() throws {
    let deadline = Deadline.after(.seconds(2))
    var now = usage()
    while now.isMore(than: before), !deadline.hasPassed {
      poll(nil, 0, 10)
      now = usage()
    }
    if now.isMore(than: before) { XCTFail("leaked: \(now.difference(from: before))") }
    for report in LockWatch.takeReports() { XCTFail(report) }
    try super.tearDownWithError()
  }

  /// What the process keeps open after its first use of a thing, such as the random source.
  private static func warmUp() {
    _ = Int.random(in: 0...1)
    DispatchSemaphore(value: 0).signal()
  }

  /// The names of the library's threads that live now.
  package static var threadNames: [String] { Usage.threadNames() }

  private struct Usage {
    let threads: [String]
    let files: [String: String]

    init(_ isCounted: (String) -> Bool = { _ in true }) {
      threads = Usage.threadNames().filter(isCounted)
      files = Usage.openFiles()
    }

    func isMore(than before: Usage) -> Bool {
      threads.count > before.threads.count || files.count > before.files.count
    }

    func difference(from before: Usage) -> String {
      let newFiles = files.filter { before.files[$0.key] != $0.value }
      let names = newFiles.map { "\($0.key) -> \($0.value)" }.sorted()
      return "threads \(before.threads) -> \(threads), descriptors \(names)"
    }

    fileprivate static func threadNames() -> [String] {
      names(in: "/proc/self/task").compactMap { id in
        guard let file = fopen("/proc/self/task/\(id)/comm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 64)
        guard fgets(&line, 64, file) != nil else { return nil }
        let bytes = line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }
        let name = String(decoding: bytes, as: UTF8.self)
        return name.hasPrefix("prv-") ? name : nil
      }.sorted()
    }

    private static func openFiles() -> [String: String] {
      var files: [String: String] = [:]
      for number in names(in: "/proc/self/fd") {
        var target = [CChar](repeating: 0, count: 512)
        let count = readlink("/proc/self/fd/\(number)", &target, 511)
        // The directory being listed is gone by now.
        guard count > 0 else { continue }
        let file = String(
          decoding: target.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Run loops and dispatch queues keep one from their first timer on; the library has none.
        if file != "anon_inode:[timerfd]" { files[number] = file }
      }
      return files
    }

    private static func names(in path: String) -> [String] {
      guard let directory = opendir(path) else { return [] }
      defer { closedir(directory) }
      var names: [String] = []
      while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
        }
        if !name.hasPrefix(".") { names.append(name) }
      }
      return names
    }
  }
}
