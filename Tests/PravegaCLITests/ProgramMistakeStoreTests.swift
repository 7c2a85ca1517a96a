// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaNet
import PravegaStandalone
import PravegaTestKit
import XCTest

/// Mistakes that only a server's answer shows.
///
/// Four mistakes with the library cannot be made with the program: a closed factory used, a reader's
/// name in use (it makes up its own), a group that is missing (it makes those) and a group without streams.
final class ProgramMistakeStoreTests: ProgramMistakeCase {
  func testStreamsThatAreGone() throws {
    try withStream { _, environment in
      for words in [["stream", "seal", "demo/s"], ["stream", "delete", "demo/s"]] {
        XCTAssertEqual(try ProgramProcess.run(words, environment: environment).status, 0)
      }
      for words in [["write", "demo/s"], ["read", "demo/s"]] {
        try check(
          Mistake(
            words: words, input: "x\n", status: 3,
            said:
              "the stream 'demo/s' does not exist. Create it first, or check its scope and name."
          ), environment: environment)
      }
      try check(
        Mistake(
          words: ["read", "none/s"], status: 3,
          said: "the scope 'none' does not exist. Create it first, or check its name."),
        environment: environment)
      try check(
        Mistake(
          words: ["stream", "delete", "demo/s"], status: 3,
          said:
            "the stream 'demo/s' does not exist. Check its name with 'pravega stream list demo'."
        ), environment: environment)
    }
  }

  func testNamesThatAreReserved() throws {
    try check(
      Mistake(
        words: ["scope", "create", "_demo"], status: 2,
        said: "'_demo' cannot be a new scope's name: those that begin with an underscore are "
          + "reserved. See 'pravega scope create --help'."))
    for words in [["stream", "create", "demo/_s"], ["write", "demo/_s", "--create"]] {
      let path = words[0] == "write" ? "write" : "stream create"
      try check(
        Mistake(
          words: words, status: 2,
          said: "'_s' cannot be a new stream's name: those that begin with an underscore are "
            + "reserved. See 'pravega \(path) --help'."))
    }
  }

  func testAnEventOverTheLimit() throws {
    let result = try shell(
      "head -c 8388609 /dev/zero | tr '\\0' x | \(ProgramProcess.executable.path) write demo/s "
        + "--create --controller", withServer: true)
    XCTAssertEqual(
      result.complaints,
      "pravega: line 1 of standard input is longer than 8388608 bytes. Split it into shorter "
        + "lines.\n")
    XCTAssertEqual(result.status, 1)
  }

  func testTokensThatTheStoreRefuses() throws {
    try withStream("SetupAppend@1+:refused") { server, environment in
      try check(
        Mistake(
          words: ["write", "demo/s"], input: "x\n", status: 5,
          said:
            "the segment store \(server.storeEndpoint) refused the delegation token. Check that "
            + "controller and segment store share their token signing key."),
        environment: environment)
    }
    for request in ["SetupAppend", "ConditionalAppend", "ReadSegment"] {
      try withStream("\(request)@1+:refused") { server, environment in
        try check(
          Mistake(
            words: ["read", "demo/s"], status: 5,
            said:
              "the segment store \(server.storeEndpoint) refused the delegation token. Check that "
              + "controller and segment store share their token signing key."),
          environment: environment)
      }
      try withStream("\(request)@1+:expired") { _, environment in
        let start = ContinuousClock.now
        let result = try ProgramProcess.run(["read", "demo/s"], environment: environment)
        XCTAssertLessThan(ContinuousClock.now - start, .seconds(5), request)
        XCTAssertTrue(
          result.complaints.hasSuffix(
            "/0.#epoch.0: the delegation token has expired. Check the clocks of client and "
              + "servers if this goes on; tokens are renewed by themselves.\n"), result.complaints)
        XCTAssertEqual(result.complaints.filter { $0 == "\n" }.count, 1)
        XCTAssertEqual(result.status, 5)
      }
    }
    try withStream("SetupAppend@1+:expired") { _, environment in
      try check(
        Mistake(
          words: ["write", "demo/s"], input: "x\n", status: 5,
          said:
            "demo/s/0.#epoch.0: the delegation token has expired. Check the clocks of client and "
            + "servers if this goes on; tokens are renewed by themselves."),
        environment: environment)
    }
  }

  func testAControllerThatRefuses() throws {
    try withStream("createScope@1+:status=16") { _, environment in
      try check(
        Mistake(
          words: ["scope", "create", "x"], status: 5,
          said: "x: the controller does not accept the credentials (injected). Check user name and "
            + "password, or the token."), environment: environment)
    }
    try withStream("createScope@1+:status=12") { _, environment in
      try check(
        Mistake(
          words: ["scope", "create", "x"], status: 1,
          said: "x: the controller does not offer this call (injected). Check that the server is a "
            + "Pravega controller of a version that has it."), environment: environment)
    }
  }

  func testServersThatDoNotAnswerInTime() throws {
    try withStream("createScope@1+:hang") { server, environment in
      let address = server.controllerURI.dropFirst("tcp://".count)
      try check(
        Mistake(
          words: ["scope", "create", "x", "--timeout", "1"], status: 6,
          said:
            "the controller at \(address) did not answer before the deadline. Try again, or give "
            + "the call more time."), environment: environment)
    }
    for fault in ["SetupAppend@1+:hang", "AppendBlockEnd@1+:hang"] {
      try withStream(fault) { _, environment in
        try check(
          Mistake(
            words: ["write", "demo/s", "--timeout", "1"], input: "x\n", status: 6,
            said:
              "demo/s: no acknowledgement came for 1.00 s. The last events may still be stored. "
              + "Check the segment store, or raise --timeout."), environment: environment)
      }
    }
  }

  func testStoresThatCannotBeReached() throws {
    let port = try SwallowingPort()
    defer { port.close() }
    try withStream(announcing: "\(port.endpoint)") { _, environment in
      for words in [["write", "demo/s"], ["read", "demo/s"], ["stream", "describe", "demo/s"]] {
        try check(
          Mistake(
            words: words, input: "x\n", status: 7,
            said: "the segment store \(port.endpoint) cannot be reached. Check the segment store's "
              + "published address and the network between."), environment: environment)
      }
    }
    let listener = try Listener(Endpoint(host: "127.0.0.1", port: 0))
    listener.close()
    try withStream(announcing: "\(listener.endpoint)") { _, environment in
      try check(
        Mistake(
          words: ["write", "demo/s"], input: "x\n", status: 7,
          said:
            "nothing listens at \(listener.endpoint), the address of a segment store. Check that "
            + "the segment store runs and that its published address can be reached from here."),
        environment: environment)
    }
  }

  func testAStoreOfAnotherAge() throws {
    let script = try MockStore.helloOfAnotherAge()
    let mock = try MockStore(Array(repeating: script, count: 8), patience: .seconds(2))
    defer { mock.close() }
    try withStream(announcing: "\(mock.endpoint)") { _, environment in
      for words in [["write", "demo/s"], ["read", "demo/s"], ["stream", "describe", "demo/s"]] {
        try check(
          Mistake(
            words: words, input: "x\n", status: 1,
            said:
              "the segment store \(mock.endpoint) speaks wire versions 20 to 30, this client 5 to "
              + "17. Use a client and a server of closer releases."), environment: environment)
      }
    }
  }

  func testPortsThatAreTaken() throws {
    try withServer { server, address in
      let port = { (text: String) in String(text.split(separator: ":").last ?? "") }
      try check(
        Mistake(
          words: ["standalone", "--store-port", "0", "--controller-port", port(address)], status: 7,
          said:
            "the server cannot listen: bind: EADDRINUSE (98) \(address). Choose another port, or "
            + "0 for any free one."))
      try check(
        Mistake(
          words: [
            "standalone", "--controller-port", "0", "--store-port", port(server.storeEndpoint),
          ], status: 7,
          said: "the server cannot listen: bind: EADDRINUSE (98) \(server.storeEndpoint). Choose "
            + "another port, or 0 for any free one."))
    }
    try check(
      Mistake(
        words: [
          "standalone", "--host", "192.0.2.200", "--controller-port", "0", "--store-port", "0",
        ],
        status: 7,
        said: "the server cannot listen: bind: EADDRNOTAVAIL (99) 192.0.2.200:0. Listen at an "
          + "address of this machine, such as 127.0.0.1, or 0.0.0.0 for all of them."))
  }

  func testStandardStreamsThatTheShellHasClosed() throws {
    try withStream { server, _ in
      let write = try ProgramProcess.run(
        ["write", "demo/s", "--controller", server.controllerURI], redirect: "<&-")
      XCTAssertEqual(
        write.complaints,
        "pravega: standard input is closed (read: EBADF (9)); give the program one\n")
      XCTAssertEqual(write.status, 1)
      let list = try ProgramProcess.run(
        ["scope", "list", "--controller", server.controllerURI], redirect: ">&-")
      XCTAssertEqual(
        list.complaints,
        "pravega: standard output is closed (write: EBADF (9)); give the program one\n")
      XCTAssertEqual(list.status, 1)
    }
  }

  func testTheLogIsShownToWhoeverAsksForIt() throws {
    try withStream("AppendBlockEnd@1:wronghost") { _, environment in
      let logged = environment.merging(["PRAVEGA_LOG": "info"]) { $1 }
      let result = try ProgramProcess.run(["write", "demo/s"], input: "x\n", environment: logged)
      XCTAssertTrue(
        result.complaints.hasPrefix(
          "pravega info: a segment moved to another store segment=demo/s/0.#epoch.0 requestId="),
        result.complaints)
      XCTAssertEqual(result.output, "wrote 1 event to demo/s\n")
      try check(
        Mistake(
          words: ["write", "demo/s"], status: 2,
          said: "PRAVEGA_LOG is one of trace, debug, info, warning, error, not 'loud'. See "
            + "'pravega write --help'."),
        environment: environment.merging(["PRAVEGA_LOG": "loud"]) { $1 })
    }
  }

  /// Whoever interrupts does not want to wait for a server that is gone.
  func testAReaderIsInterruptedAlthoughItsServerIsGone() throws {
    try withStream { server, environment in
      XCTAssertEqual(
        try ProgramProcess.run(["write", "demo/s"], input: "x\n", environment: environment).status,
        0)
      let process = try ChildProcess(
        ProgramProcess.executable.path, ["read", "demo/s", "--controller", server.controllerURI],
        errors: .pipe)
      XCTAssertEqual(process.readLine(), "x")
      server.stopNetwork()
      let start = ContinuousClock.now
      process.kill(SIGINT)
      XCTAssertEqual(process.wait().code, 130)
      XCTAssertLessThan(ContinuousClock.now - start, .seconds(10))
      XCTAssertEqual(process.readErrors(), "")
    }
  }

  // MARK: - For programs

  func testErrorsAreJSONWhereResultsAre() throws {
    try withStream { _, environment in
      for output in [["--output", "json"], ["-o", "json"], ["--output=json"]] {
        let result = try ProgramProcess.run(
          ["stream", "describe", "demo/none"] + output, environment: environment)
        XCTAssertEqual(
          result.complaints,
          #"{"command": "stream describe", "version": 1, "error": {"code": "invalidStream", "#
            + #""message": "the stream 'demo/none' does not exist.", "#
            + #""hint": "Create it first, or check its scope and name.", "exit_code": 3}}"# + "\n")
        XCTAssertEqual(result.status, 3)
        XCTAssertEqual(result.output, "")
      }
    }
    let usage = try ProgramProcess.run(["write", "--output", "json"])
    XCTAssertEqual(
      usage.complaints,
      #"{"command": "", "version": 1, "error": {"code": "usage", "#
        + #""message": "SCOPE/STREAM is missing", "hint": "See 'pravega write --help'.", "#
        + #""exit_code": 2}}"# + "\n")
    XCTAssertEqual(usage.status, 2)
    // Behind a double dash it is an argument.
    let text = try ProgramProcess.run(["write", "--", "--output=json"])
    XCTAssertTrue(text.complaints.hasPrefix("pravega: "), text.complaints)
  }

  /// The numbers are documented and scripts branch on them.
  func testEveryExitCodeIsOnTheHelpPage() throws {
    let help = try ProgramProcess.run(["--help"]).output
    for line in [
      "0    success", "1    error", "2    wrong usage", "3    not found",
      "4    conflict: exists already, or is in the wrong state", "5    not authorised",
      "6    timed out", "7    server unavailable", "130  interrupted by SIGINT",
      "143  ended by SIGTERM",
    ] {
      XCTAssertTrue(help.contains("  \(line)\n"), "\(line) is not in\n\(help)")
    }
  }
}
