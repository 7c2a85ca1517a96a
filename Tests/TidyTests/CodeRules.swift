// SPDX-License-Identifier: Apache-2.0

/// Rules about what the code may say.
enum CodeRules {
  static let all = [
    concurrency, waiting, trapping, printing, threads, uncheckedSendable, unfinished, testSleep,
  ]

  /// Blocking calls on threads of our own are the design; `queue.async` of Dispatch is a method.
  static let concurrency = Rule.code("no async", in: .swiftSources) { line in
    for word in ["await", "actor", "nonisolated(unsafe)"] where line.hasWord(word) {
      return "'\(word)' is not used here"
    }
    if line.hasWord("async", notAfter: ".") { return "'async' is not used here" }
    for word in ["Task {", "Task.", "Task(", "Task<"] where line.hasWord(word) {
      return "'Task' is not used here"
    }
    for word in ["Mutex(", "Mutex<"] where line.hasWord(word) {
      return "'Mutex' confuses the thread sanitizer: use Monitor"
    }
    return nil
  }

  static let waiting = Rule.code("no sleep", in: .swiftSources) { line in
    for word in ["sleep(", "usleep(", "nanosleep("] where line.hasWord(word) {
      return "'\(word))' waits for nothing in particular: wait for an event with a deadline"
    }
    return nil
  }

  static let trapping = Rule.code("no traps", in: .swiftSources) { line in
    for word in ["try!", "as!"] where line.hasWord(word) {
      return "'\(word)' traps: throw instead"
    }
    return line.hasWord("fatalError") ? "'fatalError' traps: throw instead" : nil
  }

  static let printing = Rule.code(
    "no print",
    in: .swiftSources(except: "pravega", "pravega-protogen")
  ) { line in
    for word in ["print(", "debugPrint(", "NSLog("] where line.hasWord(word, notAfter: ".") {
      return "a library does not print: use the log sink"
    }
    return nil
  }

  static let threads = Rule.code(
    "threads come from PravegaThreads",
    in: .swiftSources(except: "PravegaThreads")
  ) { line in
    for word in ["Thread(", "Thread {", "pthread_create", "detachNewThread"]
    where line.hasWord(word) {
      return "threads are started by Worker only"
    }
    return nil
  }

  static let uncheckedSendable = Rule(
    name: "@unchecked needs a reason", scope: .swiftSources
  ) { file in
    file.code.enumerated().compactMap { index, line in
      guard line.contains("@unchecked Sendable"), !hasReason(file, above: index) else {
        return nil
      }
      return Violation(
        path: file.path, line: index + 1,
        message: "'@unchecked Sendable' needs its reason on the line above")
    }
  }

  /// A comment directly above, attributes and the head of a wrapped declaration skipped.
  private static func hasReason(_ file: SourceFile, above index: Int) -> Bool {
    var index = index - 1
    while index >= 0 {
      let line = file.lines[index].drop { $0 == " " }
      if line.hasPrefix("//") { return true }
      let isHead = line.hasPrefix("@") || line.hasSuffix(":") || line.hasSuffix(",")
      guard isHead else { return false }
      index -= 1
    }
    return false
  }

  static let unfinished = Rule(
    name: "nothing unfinished",
    scope: Scope { ($0.isSource || $0.isTest) && !$0.path.hasPrefix("Tests/TidyTests/") }
  ) { file in
    file.lines.enumerated().compactMap { index, line in
      for word in ["TODO", "FIXME", "XXX"] where String(line).hasWord(word) {
        return Violation(path: file.path, line: index + 1, message: "'\(word)': finish it")
      }
      return nil
    }
  }

  static let testSleep = Rule.code(
    "tests do not sleep", in: .swiftTests
  ) { line in
    for word in ["sleep(", "usleep(", "nanosleep(", "sleep(forTimeInterval", "sleepForTime"]
    where line.hasWord(word) {
      return "a test waits for what it expects, with a deadline; it does not sleep"
    }
    return nil
  }
}
