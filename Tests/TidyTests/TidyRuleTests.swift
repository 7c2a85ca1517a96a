// SPDX-License-Identifier: Apache-2.0

import XCTest

/// Each rule against a planted violation: a rule that cannot fail protects nothing.
final class TidyRuleTests: XCTestCase {
  private func found(
    _ rule: Rule, _ text: String, path: String = "Sources/PravegaNet/X.swift"
  ) -> [Int] {
    rule.violations(in: SourceFile(path: path, text: text)).map(\.line)
  }

  func testAsyncWordsAreFoundInCodeOnly() {
    for line in [
      "func f() async {", "await f()", "actor A {}", "Task { f() }", "Task.detached {}",
      "let m = Mutex(0)", "let m: Mutex<Int>", "nonisolated(unsafe) var x = 1",
    ] {
      XCTAssertEqual(found(CodeRules.concurrency, "let a = 1\n" + line), [2], line)
    }
    for line in [
      "queue.async { f() }", "// async await", "let s = \"await\"", "@available(*, noasync)",
      "let s = \"\"\"\nawait\n\"\"\"", "/* await /* nested */ Task { */", "let factor = 1",
      "MyTask(1)", "let asyncronous = 1", "\"\\\"await\"", "let t = \"\\(x)\" // await",
    ] {
      XCTAssertEqual(found(CodeRules.concurrency, line), [], line)
    }
    XCTAssertEqual(found(CodeRules.concurrency, "await f()", path: "Tests/XTests/X.swift"), [])
  }

  func testCodeAfterAStringOrCommentIsStillCode() {
    XCTAssertEqual(found(CodeRules.concurrency, "f(\"a\"); await g()"), [1])
    XCTAssertEqual(found(CodeRules.concurrency, "/* x */ await g()"), [1])
    XCTAssertEqual(found(CodeRules.concurrency, "let s = \"\"\"\n\"x\"\n\"\"\"\nawait g()"), [4])
  }

  func testSleepsTrapsAndPrintsAreFound() {
    XCTAssertEqual(found(CodeRules.waiting, "Thread.sleep(forTimeInterval: 1)\nusleep(5)"), [1, 2])
    XCTAssertEqual(found(CodeRules.waiting, "func noSleep(x)"), [])
    XCTAssertEqual(found(CodeRules.trapping, "try! f()\nx as! Int\nfatalError(\"\")"), [1, 2, 3])
    XCTAssertEqual(found(CodeRules.trapping, "try? f()\nx as? Int\npreconditionFailure()"), [])
    XCTAssertEqual(found(CodeRules.printing, "print(1)\ndebugPrint(2)\nfingerprint(3)"), [1, 2])
    XCTAssertEqual(found(CodeRules.printing, "print(1)", path: "Sources/pravega/X.swift"), [])
    XCTAssertEqual(found(CodeRules.printing, "print(1)", path: "Sources/Pravega/X.swift"), [1])
  }

  func testThreadsOutsideTheirTargetAreFound() {
    let text = "Thread { }\npthread_create(&t, nil, f, nil)\nWorker.start()"
    XCTAssertEqual(found(CodeRules.threads, text), [1, 2])
    XCTAssertEqual(found(CodeRules.threads, text, path: "Sources/PravegaThreads/X.swift"), [])
  }

  func testUncheckedSendableNeedsItsReason() {
    let rule = CodeRules.uncheckedSendable
    XCTAssertEqual(found(rule, "\nfinal class A: @unchecked Sendable {}"), [2])
    XCTAssertEqual(found(rule, "let x = 1\nfinal class A: @unchecked Sendable {}"), [2])
    XCTAssertEqual(
      found(rule, "// Guarded by the lock.\nfinal class A: @unchecked Sendable {}"), [])
    XCTAssertEqual(
      found(rule, "/// Guarded.\n@frozen\nfinal class A<B>:\n  @unchecked Sendable {}"), [])
  }

  func testUnfinishedWorkIsFound() {
    XCTAssertEqual(found(CodeRules.unfinished, "// TODO: later\n// FIXME\nlet TODOS = 1"), [1, 2])
  }

  func testASleepingTestIsFound() {
    let path = "Tests/XTests/X.swift"
    XCTAssertEqual(found(CodeRules.testSleep, "Thread.sleep(forTimeInterval: 1)", path: path), [1])
    XCTAssertEqual(found(CodeRules.testSleep, "usleep(1)\n// sleep(1)", path: path), [1])
    XCTAssertEqual(found(CodeRules.testSleep, "usleep(1)"), [])
  }

  func testHeadersLengthsAndWhiteSpaceAreChecked() {
    let header = "// SPDX-License-Identifier: Apache-2.0\n"
    XCTAssertEqual(found(TextRules.header, "import X\n"), [1])
    XCTAssertEqual(found(TextRules.header, header + "import X\n"), [])
    XCTAssertEqual(
      found(TextRules.header, "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n"), [])
    let long = String(repeating: "x\n", count: 501)
    XCTAssertEqual(found(TextRules.length, long), [0])
    XCTAssertEqual(found(TextRules.length, String(repeating: "x\n", count: 500)), [])
    XCTAssertEqual(found(TextRules.length, long, path: "Sources/A/Generated/X.swift"), [])
    XCTAssertEqual(found(TextRules.length, long, path: "Sources/A/HuffmanTable.swift"), [])
    XCTAssertEqual(found(TextRules.whitespace, "a\n\tb\nc \nd"), [2, 3, 0])
    XCTAssertEqual(found(TextRules.whitespace, "a\n\n"), [0])
    XCTAssertEqual(found(TextRules.whitespace, "a\n"), [])
  }

  func testImportsAgainstTheOrderAreFound() {
    let manifest = SourceFile(
      path: "Package.swift",
      text: """
        products: [ .library(name: "Upper", targets: ["Upper"]) ],
        targets: [
          .systemLibrary(name: "COpenSSL", pkgConfig: "openssl"),
          library("PravegaWire"),
          library(
            "Lower", ["COpenSSL"]),
          .target(
            name: "Upper", dependencies: ["Lower"]),
          .executableTarget(name: "pravega-cli", dependencies: ["Upper"], path: "Sources/pravega"),
          tests("LowerTests", ["Lower"]),
        """)
    let rules = ImportRules(manifest: manifest)
    XCTAssertEqual(rules.order, ["COpenSSL", "PravegaWire", "Lower", "Upper", "pravega-cli"])
    func lines(_ folder: String, _ text: String) -> [Int] {
      rules.violations(in: SourceFile(path: "Sources/\(folder)/X.swift", text: text)).map(\.line)
    }
    XCTAssertEqual(lines("Upper", "package import Lower\nimport Glibc"), [])
    XCTAssertEqual(lines("Lower", "import Glibc\n@_exported public import Upper"), [2])
    XCTAssertEqual(lines("Lower", "import struct Upper.Thing"), [1])
    XCTAssertEqual(lines("pravega", "import Upper"), [])
    XCTAssertEqual(lines("PravegaWire", "import COpenSSL\n// import Upper"), [1])
    XCTAssertEqual(lines("Unknown", ""), [0])
  }

  func testChangelogsOutOfShapeAreFound() {
    func lines(_ text: String) -> [Int] {
      TextRules.changelogViolations(SourceFile(path: "CHANGELOG.md", text: text)).map(\.line)
    }
    let good = """
      # Changelog

      ## Unreleased

      ### Breaking
      ### Added

      ## 0.2.0 (2026-02-01)
      ### Fixed
      ## 0.1.9 (2026-01-31)
      """
    XCTAssertEqual(lines(good), [])
    XCTAssertEqual(lines("# Log\n\n## Unreleased"), [1])
    XCTAssertEqual(lines("# Changelog"), [1])
    XCTAssertEqual(lines("# Changelog\n## 0.1.0 (2026-01-31)\n## 0.2.0 (2026-01-30)"), [3])
    XCTAssertEqual(lines("# Changelog\n## 0.1.0\n"), [2])
    XCTAssertEqual(lines("# Changelog\n## Unreleased\n### Fixed\n### Breaking\n### Nice"), [4, 5])
    XCTAssertEqual(lines("# Changelog\n## 0.1.0 (2026-01-31)\n## Unreleased"), [3])
  }
}
