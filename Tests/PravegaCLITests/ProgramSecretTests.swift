// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaStandalone
import PravegaTestKit
import XCTest

/// What `pravega` prints at any level of its log holds no password and no token.
final class ProgramSecretTests: ProgramMistakeCase {
  private let password = "open-sesame-7"
  /// Base64 of `ann:open-sesame-7`, as it is sent.
  private let sent = "YW5uOm9wZW4tc2VzYW1lLTc="
  private let token = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJ4In0.b3Blbi1zZXNhbWU"
  private let levels = ["trace", "debug", "info", "warning", "error"]

  /// Runs it with a password in a file, or with Java's variables.
  private func run(
    _ words: [String], _ environment: [String: String], level: String, usesFile: Bool
  ) throws -> ProgramProcess {
    var environment = environment.merging(["PRAVEGA_LOG": level]) { $1 }
    var words = words
    if usesFile {
      let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("password-\(UUID().uuidString)")
      try "\(password)\nmore\n".write(to: file, atomically: true, encoding: .utf8)
      defer { try? FileManager.default.removeItem(at: file) }
      words += ["--user", "ann", "--password-file", file.path]
      return try ProgramProcess.run(words, input: "x\n", environment: environment)
    }
    environment["pravega_client_auth_method"] = "Bearer"
    environment["pravega_client_auth_token"] = token
    return try ProgramProcess.run(words, input: "x\n", environment: environment)
  }

  private func assertNoSecret(
    _ result: ProgramProcess, file: StaticString = #filePath, line: UInt = #line
  ) {
    for text in [result.output, result.complaints] {
      for secret in [password, sent] + token.split(separator: ".").map(String.init) {
        XCTAssertFalse(text.contains(secret), text, file: file, line: line)
      }
    }
  }

  func testWhatWorksAndWhatIsRepaired() throws {
    for (index, level) in levels.enumerated() {
      // The first block's token has expired, which is worth a line.
      try withStream("AppendBlockEnd@1:expired,AppendBlockEnd@2:cut") { _, environment in
        for words in [
          ["write", "demo/s"], ["read", "demo/s", "-n", "1"], ["stream", "describe", "demo/s"],
          ["ping", "--output", "json"], ["bench", "latency", "b/l", "--seconds", "0.05"],
        ] {
          let result = try run(
            words, environment, level: level, usesFile: index.isMultiple(of: 2))
          XCTAssertEqual(result.status, 0, result.complaints)
          assertNoSecret(result)
          if words[0] == "write", level == "trace" {
            XCTAssertTrue(result.complaints.contains("a token expired"), result.complaints)
          }
        }
      }
    }
  }

  func testWhatFails() throws {
    for fault in ["*@1+:status=16", "*@1+:refused", "*@1+:expired"] {
      try withStream(fault) { _, environment in
        for usesFile in [true, false] {
          for words in [["write", "demo/s"], ["read", "demo/s", "--output", "json"]] {
            let result = try run(words, environment, level: "trace", usesFile: usesFile)
            XCTAssertEqual(result.status, 5, result.complaints)
            assertNoSecret(result)
          }
        }
      }
    }
  }

  /// Secrets where none belong are not repeated.
  func testWhatIsMistyped() throws {
    for words in [
      ["--controller", "tcp://ann:\(password)@localhost:9090"],
      ["--controller", "ann:\(password)@localhost"], ["--password=\(password)"],
      ["--user=ann:\(password)"], ["--password", password],
    ] {
      let result = try ProgramProcess.run(["ping"] + words)
      XCTAssertEqual(result.status, 2, result.complaints)
      XCTAssertEqual(result.complaints.filter { $0 == "\n" }.count, 1)
      assertNoSecret(result)
    }
    let broken = try ProgramProcess.run(
      ["ping", "--controller", "tcp://127.0.0.1:1"],
      environment: [
        "pravega_client_auth_method": "Bearer", "pravega_client_auth_token": "\(token)\n\(token)",
      ])
    XCTAssertTrue(broken.complaints.contains("line breaks"), broken.complaints)
    assertNoSecret(broken)
  }
}
