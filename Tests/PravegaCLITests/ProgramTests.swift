// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaCLIKit
import PravegaTestKit
import XCTest

final class ProgramTests: LeakCheckedTestCase {
  private func run(_ arguments: String...) throws -> ProgramProcess {
    try ProgramProcess.run(arguments)
  }

  /// Complaints that need no server, word for word: scripts and people search for them.
  func testMistakesOnTheCommandLineAreOneSentenceAndExitWith2() throws {
    for (arguments, sentence) in [
      (["sream"], "'sream' is not a subcommand; did you mean 'stream'? See 'pravega --help'."),
      (
        ["write", "demo"],
        "'demo' is not SCOPE/STREAM, for example demo/events. See 'pravega write --help'."
      ),
      (
        ["read", "demo/my stream"],
        "'my stream' cannot be a stream's name: a space is in it; letters, digits, '.' and '-' are "
          + "allowed. See 'pravega read --help'."
      ),
      (
        ["scope", "create", String(repeating: "x", count: 256)],
        "the scope's name has 256 characters; at most 255 are allowed. See 'pravega scope create --help'."
      ),
      (
        ["write", "a/b", "--key", "k", "--key-separator", ":"],
        "--key and --key-separator contradict each other. See 'pravega write --help'."
      ),
      (
        ["read", "a/b", "--user", "me"],
        "--user needs --password-file. See 'pravega read --help'."
      ),
      (
        ["bench", "read", "a/b", "--plot", "x.svg"],
        "unknown option '--plot'. See 'pravega bench read --help'."
      ),
      (
        ["standalone", "--tls-cert", "x"],
        "--tls-cert and --tls-key belong together. See 'pravega standalone --help'."
      ),
      (
        ["standalone", "--seed", "demo"],
        "'demo' is not SCOPE/STREAM:SEGMENTS, for example demo/s:4. "
          + "See 'pravega standalone --help'."
      ),
      (
        ["bench", "write", "a/b", "--size", "9MiB"],
        "--size wants 1 to 8388608 bytes, not 9437184. See 'pravega bench write --help'."
      ),
    ] {
      let result = try ProgramProcess.run(arguments)
      XCTAssertEqual(result.complaints, "pravega: \(sentence)\n")
      XCTAssertEqual(result.status, 2, sentence)
      XCTAssertEqual(result.output, "")
    }
  }

  func testAMissingPasswordFileIsNamed() throws {
    let result = try run("read", "a/b", "--user", "me", "--password-file", "/nowhere/secret")
    XCTAssertEqual(
      result.complaints,
      "pravega: there is no file '/nowhere/secret' (open: ENOENT (2)); check the path\n")
    XCTAssertEqual(result.status, 1)
  }

  func testAKeyThatIsNotTextIsRefused() throws {
    let result = try ProgramProcess.run(["write", "a/b"], redirect: "--key $'\\xff'")
    XCTAssertEqual(
      result.complaints,
      "pravega: the value of --key is not UTF-8 text: '\u{fffd}'; keys and names are text, "
        + "encode other bytes first. See 'pravega --help'.\n")
    XCTAssertEqual(result.status, 2)
  }

  func testAFullDiskAndAClosedPipeAreSaid() throws {
    let full = try ProgramProcess.run(["version"], redirect: "> /dev/full")
    XCTAssertEqual(full.status, 1)
    XCTAssertTrue(full.complaints.contains("no space is left (write: ENOSPC (28))"))
    let closed = try ProgramProcess.run(["version"], nobodyReads: true)
    XCTAssertEqual(closed.status, 1)
    XCTAssertEqual(
      closed.complaints,
      "pravega: standard output was closed by the program that read it (write: EPIPE (32)); "
        + "the rest is not written\n")
  }

  func testEveryCommandHasAHelpPageWithAnExampleThatParses() throws {
    let tree = try run("help", "--output", "json").output
    let json = try JSONSerialization.jsonObject(with: Data(tree.utf8)) as? [String: Any]
    XCTAssertEqual(json?["command"] as? String, "help")
    XCTAssertEqual(json?["version"] as? Int, 1)
    var commands: [[String]] = []
    func visit(_ node: [String: Any], _ path: [String]) {
      commands.append(path)
      for child in node["subcommands"] as? [[String: Any]] ?? [] {
        visit(child, path + [child["name"] as? String ?? ""])
      }
    }
    visit(try XCTUnwrap(json?["tree"] as? [String: Any]), [])
    for name in [
      ["standalone"], ["scope", "create"], ["stream", "scale"], ["write"], ["read"],
      ["bench", "write"], ["bench", "read"], ["bench", "latency"], ["bench", "raw"],
      ["wire", "decode"], ["ping"], ["version"], ["help"], ["completion"],
    ] {
      XCTAssertTrue(commands.contains(name), "\(name)")
    }
    for path in commands {
      let page = try ProgramProcess.run(path + ["--help"])
      XCTAssertEqual(page.status, 0)
      XCTAssertTrue(page.output.contains("USAGE\n  pravega"), "\(path)")
      let isGroup = page.output.contains("\nSUBCOMMANDS\n")
      XCTAssertTrue(isGroup || page.output.contains("\nEXAMPLES\n"), "\(path) has no example")
    }
  }

  func testVersionIsGivenToPeopleAndPrograms() throws {
    XCTAssertTrue(try run("version").output.hasPrefix("pravega 0."))
    let json = try run("version", "--output", "json").output
    XCTAssertTrue(
      json.hasPrefix(#"{"command": "version", "version": 1, "pravega": "0."#), json)
  }

  func testCompletionCoversTheRealTree() throws {
    let script = try run("completion", "bash").output
    XCTAssertTrue(script.contains("'pravega bench latency'"))
    XCTAssertEqual(try run("completion", "tcsh").status, 2)
  }

  func testRecordedFramesAreDecodedALineEach() throws {
    let greeting = "ffffff81 00000008 00000010 00000005\n"
    func decode(_ input: String, _ options: String...) throws -> ProgramProcess {
      try ProgramProcess.run(["wire", "decode"] + options, input: input)
    }
    XCTAssertEqual(
      try decode(greeting + greeting).output,
      "0 Hello highVersion=16 lowVersion=5\n16 Hello highVersion=16 lowVersion=5\n")
    let json = try decode("00000063 00000000", "--output", "json").output
    XCTAssertEqual(
      json,
      #"{"command": "wire decode", "version": 1, "items": [{"offset": 0, "code": 99, "#
        + #""name": null, "bytes": 0, "text": "code 99 cannot be decoded: no command has the code "#
        + #"99"}]}"# + "\n")
    for (input, sentence) in [
      (
        "ffffff81 000000",
        "the input ends within a frame, 7 bytes after offset 0. Record the connection to its "
          + "end, or cut the rest off."
      ),
      ("gg", "character 1 of the input is no hexadecimal digit. Use --binary for bytes."),
      (
        "00000000 7fffffff",
        "at offset 0: a frame of 2147483647 bytes is over the limit. Give one direction of a segment "
          + "store's connection, from its beginning."
      ),
    ] {
      let result = try decode(input)
      XCTAssertEqual(result.complaints, "pravega: \(sentence)\n")
      XCTAssertEqual(result.status, 1)
    }
  }
}
