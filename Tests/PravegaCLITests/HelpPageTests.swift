// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import XCTest

final class HelpPageTests: XCTestCase {
  private func page(_ words: String...) throws -> String {
    guard case .help(let chain) = try Parser.parse(words + ["--help"], SampleTree.root) else {
      throw UsageError("no help")
    }
    return HelpPage.text(for: chain)
  }

  func testAPageShowsUsageArgumentsOptionsAndExamples() throws {
    XCTAssertEqual(
      try page("stream", "create"),
      """
      Creates one.

      USAGE
        tool stream create SCOPE/STREAM [options]

      ARGUMENTS
        SCOPE/STREAM  the name

      OPTIONS
        -s, --segments N  how many (default: 1)
        --tag TAG         a tag (may be given several times)
        --create          make it

      COMMON OPTIONS
        -o, --output FORMAT  how to print (one of: text, json)
        -v, --verbose        say more

      EXAMPLES
        # Make a stream
        tool stream create a/b

      """)
  }

  func testTheFirstPageListsSubcommandsAndExitCodesButNothingHidden() throws {
    let text = try page()
    XCTAssertTrue(text.contains("  stream      Works with streams.\n"), text)
    XCTAssertTrue(text.contains("EXIT CODES\n  0    success\n"), text)
    XCTAssertFalse(text.contains("secret"), text)
  }

  func testTheTreeIsGivenAsJSON() {
    let text = SampleTree.root.json.text
    XCTAssertTrue(
      text.hasPrefix(#"{"name": "tool", "summary": "A tool.", "options": [{"name": "--output""#))
    XCTAssertTrue(text.contains(#""default": "1""#), text)
    XCTAssertFalse(text.contains("secret"), text)
  }

  func testExitCodesAreTheDocumentedOnes() {
    let codes: [ExitCode] = [
      .ok, .error, .usage, .notFound, .conflict, .notAuthorised, .timedOut, .unavailable,
    ]
    XCTAssertEqual(codes.map(\.rawValue), Array(0...7))
    XCTAssertEqual(ExitCode.interrupted.rawValue, 130)
  }
}
