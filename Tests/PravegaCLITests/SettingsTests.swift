// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaCore
import XCTest

@testable import pravega_cli

final class SettingsTests: XCTestCase {
  func testTheControllersPortIsKnownWhenItIsOnThisMachine() throws {
    func port(_ uri: String) throws -> UInt16? {
      try Connection(invocation("ping", "--controller", uri)).localControllerPort
    }
    XCTAssertEqual(try port("tcp://localhost:9090"), 9090)
    XCTAssertEqual(try port("tls://127.0.0.1:1234,other:1"), 1234)
    XCTAssertEqual(try port("tcp://[::1]:77"), 77)
    XCTAssertEqual(try port("localhost:9090"), 9090)
    for uri in ["tcp://elsewhere:9090", "tcp://localhost", "", "://", "tcp://localhost:99999"] {
      XCTAssertNil(try port(uri), uri)
    }
  }

  func testStandaloneHasTheDocumentedDefaults() throws {
    let settings = try StandaloneSettings(invocation("standalone"))
    XCTAssertEqual(settings.host, "127.0.0.1")
    XCTAssertEqual(settings.controllerPort, 9090)
    XCTAssertEqual(settings.storePort, 6000)
    XCTAssertEqual(settings.maxMemory, 4 << 30)
    XCTAssertNil(settings.announced)
    XCTAssertTrue(settings.seeds.isEmpty)
  }

  func testSeedsAndAddressesAreRead() throws {
    let settings = try StandaloneSettings(
      invocation(
        "standalone", "--seed", "a/b:4", "--seed=c/d", "--announce", "[::1]:6000",
        "--max-memory", "1GiB", "--controller-port", "0", "--store-port", "0"))
    XCTAssertEqual(settings.seeds.map(\.segments), [4, 1])
    XCTAssertEqual(settings.seeds.map(\.scope), ["a", "c"])
    XCTAssertEqual(settings.announced, "[::1]:6000")
    XCTAssertEqual(settings.maxMemory, 1 << 30)
    for seed in ["a", "a/b:0", "a/b:x", "a/b/c", "/b", "a b/c", "a/b:10001", ":", "a/b:"] {
      XCTAssertNotEqual(
        complaint { _ = try StandaloneSettings(invocation("standalone", "--seed", seed)) }, "",
        seed)
    }
    for address in ["", ":", "host", "host:", ":1", "host:0", "host:70000", "host:-1"] {
      XCTAssertNotEqual(
        complaint { _ = try StandaloneSettings(invocation("standalone", "--announce", address)) },
        "", address)
    }
  }

  func testThePasswordComesFromAFileAndNeverFromAnArgument() throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("password-\(UUID().uuidString)")
    try "1111_aaaa\r\nignored".write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let connection = try Connection(
      invocation("ping", "--user", "admin", "--password-file", file.path))
    XCTAssertEqual(connection.userName, "admin")
    XCTAssertEqual(connection.password, "1111_aaaa")
    XCTAssertEqual(
      complaint { _ = try invocation("ping", "--password", "x") },
      "unknown option '--password'; did you mean '--password-file'?")
  }

  func testBenchmarksRefuseWhatTheyCannotDo() throws {
    XCTAssertEqual(try BenchSettings(invocation("bench", "latency", "a/b")).events, 10_000)
    XCTAssertEqual(try BenchSettings(invocation("bench", "latency", "a/b")).segments, 1)
    XCTAssertEqual(try BenchSettings(invocation("bench", "write", "a/b")).segments, 4)
    for line in [
      ["latency", "--rate", "0"], ["latency", "--seconds", "1e12"], ["write", "--size", "0"],
      ["write", "--writers", "0"], ["read", "--events", "0"],
    ] {
      let words = ["bench", line[0], "a/b"] + line.dropFirst()
      guard case .run(let run) = try Parser.parse(words, PravegaProgram.root) else {
        return XCTFail("help")
      }
      XCTAssertNotEqual(complaint { _ = try BenchSettings(run) }, "", "\(line)")
    }
  }

  func testErrorsOfTheLibraryBecomeTheDocumentedExitCodes() {
    for (code, exitCode) in [
      (PravegaError.Code.noSuchScope, ExitCode.notFound), (.invalidStream, .notFound),
      (.segmentSealed, .conflict), (.authentication, .notAuthorised),
      (.tokenExpired, .notAuthorised), (.timeout, .timedOut), (.connectionFailed, .unavailable),
      (.retriesExhausted, .unavailable), (.serialization, .error),
    ] {
      XCTAssertEqual(Explain.exitCode(for: PravegaError(code, "x")), exitCode, "\(code)")
    }
    let wrapped = PravegaError(
      .retriesExhausted, "x", underlying: PravegaError(.authentication, "y"))
    XCTAssertEqual(Explain.exitCode(for: wrapped), .notAuthorised)
    XCTAssertNil(Explain.report(on: CancellationError()))
  }
}
