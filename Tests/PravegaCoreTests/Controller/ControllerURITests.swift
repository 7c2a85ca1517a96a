// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

final class ControllerURITests: LeakCheckedTestCase {
  func testAddressesAreRead() throws {
    let cases = [
      ("tcp://localhost:9090", "tcp://localhost:9090"),
      ("localhost:9091", "tcp://localhost:9091"),
      ("127.0.0.1:9090", "tcp://127.0.0.1:9090"),
      ("localhost", "tcp://localhost:9090"),
      ("TLS://Host", "tls://Host:9090"),
      ("ssl://a:1,b:2,c", "ssl://a:1,b:2,c:9090"),
      ("pravegas://a:1/", "pravegas://a:1"),
      (" pravega://a:1\n", "pravega://a:1"),
      ("tcp://[::1]:9090", "tcp://[::1]:9090"),
      ("[fe80::1]", "tcp://[fe80::1]:9090"),
    ]
    for (text, expected) in cases {
      XCTAssertEqual("\(try ControllerURI(text))", expected, text)
    }
  }

  func testSchemesSayWhetherTheyUseTLSAndDiscover() {
    let secure = ControllerURI.Scheme.allCases.filter(\.usesTLS)
    XCTAssertEqual(secure, [.tls, .ssl, .pravegas])
    XCTAssertEqual(ControllerURI.Scheme.allCases.filter(\.discovers), [.pravega, .pravegas])
  }

  func testAddressesThatCannotBeUsedAreExplained() {
    let cases = [
      ("", "names no host"), ("tcp://", "names no host"), ("://", "scheme"),
      ("http://a:1", "the scheme 'http'"), ("a:0", "the port '0'"), ("a:65536", "the port '65536'"),
      ("a:", "the port ''"), ("a:+1", "the port '+1'"), ("a:9090x", "the port '9090x'"),
      (":9090", "names no host"), ("a:1,,b:2", "comma"), ("a:1,", "comma"),
      ("tcp://a:1/path", "a path"), ("::1", "brackets"), ("[::1", "']'"), ("[::1]x", "after ']'"),
      ("a b:1", "a blank"), ("tcp://ü:1", "no host has"), ("[[a]", "no host has"),
      ("[%]", "an IPv6 address in brackets"), ("[a]:1", "an IPv6 address in brackets"),
    ]
    for (text, expected) in cases {
      XCTAssertThrowsError(try ControllerURI(text), text) { error in
        let error = error as? PravegaError
        XCTAssertEqual(error?.code, .invalidArgument)
        XCTAssertTrue(error?.message.contains(expected) ?? false, "\(text): \(error as Any)")
      }
    }
  }

  func testAPasswordInAnAddressIsNotRepeated() {
    XCTAssertThrowsError(try ControllerURI(String("tcp://admin:secret@host:9090"))) {
      XCTAssertFalse("\($0)".contains("secret"))
    }
  }

  func testNoTextTraps() {
    var random = SeededGenerator(seed: 1)
    let pieces = ["tcp", "://", ":", ",", "[", "]", "/", "@", "a", "9090", "é", "\u{0}", " ", "%"]
    for _ in 0..<5000 {
      let count = Int.random(in: 0..<10, using: &random)
      let text = (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
      if let uri = try? ControllerURI(text) {
        XCTAssertEqual(try? ControllerURI(uri.description), uri, text)
      }
    }
  }
}
