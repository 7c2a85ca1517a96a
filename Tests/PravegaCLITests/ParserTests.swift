// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import XCTest

final class ParserTests: XCTestCase {
  func testOptionsMayStandAnywhereAndInBothForms() throws {
    let invocation = try SampleTree.invoke(
      "--output=json", "stream", "-v", "create", "--segments", "4", "demo/s", "--tag=a", "--tag",
      "b=c")
    XCTAssertEqual(invocation.path, "tool stream create")
    XCTAssertEqual(invocation.commandName, "stream create")
    XCTAssertEqual(invocation.arguments, ["demo/s"])
    XCTAssertEqual(invocation.string("output"), "json")
    XCTAssertEqual(try invocation.int("segments", default: 1), 4)
    XCTAssertEqual(invocation.strings("tag"), ["a", "b=c"])
    XCTAssertTrue(invocation.has("verbose"))
    XCTAssertFalse(invocation.has("create"))
  }

  func testShortOptionsTakeAttachedAndSeparateValues() throws {
    XCTAssertEqual(try SampleTree.invoke("stream", "create", "x", "-s3").string("segments"), "3")
    XCTAssertEqual(try SampleTree.invoke("stream", "create", "x", "-s=3").string("segments"), "3")
    let invocation = try SampleTree.invoke("stream", "create", "x", "-vs", "3")
    XCTAssertEqual(invocation.string("segments"), "3")
    XCTAssertTrue(invocation.has("verbose"))
  }

  func testWordsAfterTwoDashesAreNeverOptions() throws {
    let invocation = try SampleTree.invoke("many", "a", "--", "--verbose", "-", "--")
    XCTAssertEqual(invocation.arguments, ["a", "--verbose", "-", "--"])
    XCTAssertFalse(invocation.has("verbose"))
  }

  func testALonelyDashIsAnArgument() throws {
    XCTAssertEqual(try SampleTree.invoke("many", "-").arguments, ["-"])
  }

  func testAnEmptyAttachedValueIsAValue() throws {
    XCTAssertEqual(try SampleTree.invoke("stream", "create", "x", "--tag=").strings("tag"), [""])
  }

  func testTheLastValueOfAnOptionWins() throws {
    let invocation = try SampleTree.invoke("stream", "create", "x", "-s1", "-s2")
    XCTAssertEqual(invocation.string("segments"), "2")
  }

  func testMistakesAreNamedWithWhatWasMeant() {
    XCTAssertEqual(
      SampleTree.complaint("sream"), "'sream' is not a subcommand; did you mean 'stream'?")
    XCTAssertEqual(
      SampleTree.complaint("stream", "create", "x", "--segmnts", "3"),
      "unknown option '--segmnts'; did you mean '--segments'?")
    XCTAssertEqual(
      SampleTree.complaint("stream", "create", "x", "--segments"),
      "--segments needs a value: --segments N")
    XCTAssertEqual(
      SampleTree.complaint("stream", "create", "x", "--tag", "--create"),
      "--tag needs a value: --tag TAG")
    XCTAssertEqual(
      SampleTree.complaint("stream", "create", "x", "--create=yes"), "--create takes no value")
    XCTAssertEqual(SampleTree.complaint("stream", "create"), "SCOPE/STREAM is missing")
    XCTAssertEqual(
      SampleTree.complaint("stream", "create", "a", "b"), "too many arguments: 'b'")
    XCTAssertEqual(
      SampleTree.complaint("stream"), "a subcommand is missing: one of create, delete")
    XCTAssertEqual(
      SampleTree.complaint("--output", "jsn", "stream"),
      "--output is one of text, json, not 'jsn'; did you mean 'json'?")
    XCTAssertEqual(
      SampleTree.complaint("completion", "fsh"),
      "SHELL is one of bash, zsh, fish, not 'fsh'; did you mean 'fish'?")
    XCTAssertEqual(SampleTree.complaint("stream", "delete", "-x"), "unknown option '-x'")
  }

  func testAStrangeWordGetsNoSuggestion() {
    XCTAssertEqual(SampleTree.complaint("qqqqqqq"), "'qqqqqqq' is not a subcommand")
  }

  func testHelpIsGivenForTheCommandReached() throws {
    for words in [["stream", "create", "--help"], ["stream", "create", "-h", "--nonsense"]] {
      guard case .help(let chain) = try Parser.parse(words, SampleTree.root) else {
        return XCTFail("no help for \(words)")
      }
      XCTAssertEqual(chain.map(\.name), ["tool", "stream", "create"])
    }
    guard case .help(let chain) = try Parser.parse([], SampleTree.root) else {
      return XCTFail("nothing typed asks for help")
    }
    XCTAssertEqual(chain.count, 1)
  }

  func testNumbersAreCheckedAgainstTheirRange() throws {
    func segments(_ text: String) throws -> Int {
      try SampleTree.invoke("stream", "create", "x", "--segments", text)
        .int("segments", default: 1, in: 1...100)
    }
    XCTAssertEqual(try segments("1_00"), 100)
    for (text, message) in [
      ("0", "--segments wants 1 to 100, not 0"),
      ("-5", "--segments wants 1 to 100, not -5"),
      ("four", "--segments wants a whole number, not 'four'"),
      ("99999999999999999999", "--segments wants a whole number, not '99999999999999999999'"),
    ] {
      XCTAssertThrowsError(try segments(text)) { error in
        XCTAssertEqual((error as? UsageError)?.message, message)
        XCTAssertEqual((error as? UsageError)?.commandPath, "tool stream create")
      }
    }
  }

  func testRandomCommandLinesNeverTrap() {
    var generator = SystemRandomNumberGenerator()
    let words = [
      "stream", "create", "--", "-", "--output", "--output=json", "-o", "-ojson", "-vvv", "-", "",
      "=", "--=", "-=", "--segments", "-s", "\u{1F600}", "e\u{301}", "completion", "bash", "many",
    ]
    for _ in 0..<20_000 {
      let count = Int.random(in: 0...6, using: &generator)
      let line = (0..<count).compactMap { _ in words.randomElement(using: &generator) }
      _ = try? Parser.parse(line, SampleTree.root)
    }
  }
}
