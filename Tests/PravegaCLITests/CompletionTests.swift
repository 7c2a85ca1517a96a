// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaCLIKit
import PravegaTestKit
import XCTest

final class CompletionTests: LeakCheckedTestCase {
  /// What bash offers when the last of `words` is being completed.
  private func bash(_ words: String...) throws -> [String] {
    let script = Completion.script(for: .bash, root: SampleTree.root)
    let line = words.map { "'\($0)'" }.joined(separator: " ")
    return try run(
      "/bin/bash",
      script + "\nCOMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1); _tool\n"
        + "printf '%s\\n' \"${COMPREPLY[@]}\"\n")
  }

  private func run(_ shell: String, _ script: String) throws -> [String] {
    let (code, text, _) = try ChildProcess.run(shell, ["-c", script], errors: .inherited)
    XCTAssertEqual(code, 0)
    return text.split(separator: "\n").map(String.init)
  }

  func testBashOffersSubcommandsOptionsAndChoices() throws {
    XCTAssertEqual(try bash("tool", "st"), ["stream"])
    XCTAssertEqual(
      try bash("tool", "stream", ""),
      ["create", "delete", "--output", "-o", "--verbose", "-v", "--help"])
    XCTAssertEqual(try bash("tool", "stream", "create", "--se"), ["--segments"])
    XCTAssertEqual(try bash("tool", "-v", "stream", "create", "--out"), ["--output"])
    XCTAssertEqual(try bash("tool", "--output", ""), ["text", "json"])
    XCTAssertEqual(try bash("tool", "completion", "f"), ["fish"])
    XCTAssertEqual(try bash("tool", "stream", "create", "--segments", ""), [])
    XCTAssertEqual(try bash("tool", "secr"), [])
  }

  func testEveryScriptIsAcceptedByItsShellWhereThereIsOne() throws {
    for (shell, path) in [
      (Completion.Shell.bash, "/bin/bash"), (.zsh, "/usr/bin/zsh"), (.fish, "/usr/bin/fish"),
    ] where FileManager.default.isExecutableFile(atPath: path) {
      let script = Completion.script(for: shell, root: SampleTree.root)
      let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("completion-\(UUID().uuidString)")
      try script.write(to: file, atomically: true, encoding: .utf8)
      defer { try? FileManager.default.removeItem(at: file) }
      XCTAssertEqual(try run("/bin/sh", "\(path) -n \(file.path)"), [])
    }
  }

  func testZshAndFishScriptsKnowTheWholeTree() {
    let zsh = Completion.script(for: .zsh, root: SampleTree.root)
    XCTAssertTrue(zsh.hasPrefix("#compdef tool\n"))
    XCTAssertTrue(zsh.contains("'create:Creates one.'"))
    XCTAssertTrue(zsh.contains("compadd -- 'text' 'json'; return ;;"))
    let fish = Completion.script(for: .fish, root: SampleTree.root)
    XCTAssertTrue(
      fish.contains(
        "complete -c tool -f -n '__tool_path tool stream' -a 'create' -d 'Creates one.'"))
    XCTAssertTrue(fish.contains("-l segments -s s -x -d 'how many'"))
    for script in [zsh, fish] { XCTAssertFalse(script.contains("secret")) }
  }
}
