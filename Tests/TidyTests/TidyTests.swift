// SPDX-License-Identifier: Apache-2.0

import XCTest

/// The rules held against the repository as it is.
final class TidyTests: XCTestCase {
  private func assertNone(
    _ violations: [Violation], file: StaticString = #filePath, line: UInt = #line
  ) {
    let text = violations.prefix(40).map(\.description).joined(separator: "\n")
    XCTAssertTrue(violations.isEmpty, "\n" + text, file: file, line: line)
  }

  func testCodeAndTextFollowTheRules() throws {
    let files = try Repository.files(
      ["Sources", "Tests", "Examples"], suffixes: [".swift", ".sh"])
    XCTAssertGreaterThan(files.count, 50, "the walk found too little")
    let rules = CodeRules.all + TextRules.all
    assertNone(files.flatMap { file in rules.flatMap { $0.violations(in: file) } })
  }

  func testTargetsImportOnlyThoseAboveThem() throws {
    let rules = ImportRules(manifest: try Repository.file("Package.swift"))
    XCTAssertEqual(rules.order.first, "COpenSSL")
    XCTAssertGreaterThanOrEqual(rules.order.count, 13)
    let files = try Repository.files(["Sources"], suffixes: [".swift"])
    assertNone(files.flatMap(rules.violations))
  }

  func testTheChangelogHasItsShape() throws {
    assertNone(TextRules.changelogViolations(try Repository.file("CHANGELOG.md")))
  }

  func testThePackageNeedsNoOtherPackage() throws {
    let manifest = try Repository.file("Package.swift")
    XCTAssertFalse(manifest.code.joined(separator: "\n").contains(".package("))
  }
}
