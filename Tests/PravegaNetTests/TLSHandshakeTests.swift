// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

final class TLSHandshakeTests: TLSTestCase {
  private func assertSucceeds(
    _ client: TLSContext, _ server: TLSContext, host: String = "localhost",
    file: StaticString = #filePath, line: UInt = #line
  ) throws {
    let ends = try handshake(client: client, server: server, host: host)
    XCTAssertNoThrow(try ends.client.get().close(), file: file, line: line)
    XCTAssertNoThrow(try ends.server.get().close(), file: file, line: line)
  }

  func testNameAndAddressAreFoundInTheCertificate() throws {
    try assertSucceeds(client(), server())
    try assertSucceeds(client(), server(), host: "localhost.")
    try assertSucceeds(client(), server(), host: "127.0.0.1")
    try assertSucceeds(client(), server(certificates.addressOnly), host: "::1")
  }

  func testCertificateForAnotherHostIsRefused() throws {
    for (pair, host) in [
      (certificates.wrongHost, "localhost"), (certificates.wrongHost, "127.0.0.1"),
      (certificates.addressOnly, "localhost"), (certificates.good, "127.0.0.2"),
      (certificates.good, "::1"),
    ] {
      let error = try failure(client: client(), server: server(pair), host: host)
      XCTAssertEqual(error?.kind, .tls(.hostNameMismatch), "\(pair) \(host)")
    }
  }

  func testHostNameCheckCanBeSwitchedOffByItself() throws {
    try assertSucceeds(client(verifiesHostName: false), server(certificates.wrongHost))
    let error = try failure(
      client: client(trust: .file(certificates.otherAuthority), verifiesHostName: false),
      server: server(certificates.wrongHost))
    XCTAssertEqual(error?.kind, .tls(.untrustedCertificate))
  }

  func testUnknownAuthorityIsRefused() throws {
    for trust in [TLSContext.Trust.file(certificates.otherAuthority), .system] {
      let error = try failure(client: client(trust: trust), server: server())
      XCTAssertEqual(error?.kind, .tls(.untrustedCertificate), "\(trust)")
    }
  }

  func testExpiredCertificateIsRefused() throws {
    let error = try failure(client: client(), server: server(certificates.expired))
    XCTAssertEqual(error?.kind, .tls(.expiredCertificate))
    XCTAssertTrue(error?.description.contains("expired") ?? false, "\(String(describing: error))")
  }

  func testServersOwnCertificateMayBeTrustedByItself() throws {
    try assertSucceeds(client(trust: .file(certificates.good.certificate)), server())
    let error = try failure(
      client: client(trust: .file(certificates.wrongHost.certificate)), server: server())
    XCTAssertEqual(error?.kind, .tls(.untrustedCertificate))
  }

  func testTrustNoneTakesAnything() throws {
    try assertSucceeds(client(trust: TLSContext.Trust.none), server(certificates.expired))
  }

  func testServerLearnsThatItWasRefused() throws {
    let ends = try handshake(
      client: client(trust: .file(certificates.otherAuthority)), server: server())
    XCTAssertNil(try? ends.client.get())
    // In TLS 1.3 the server may be done before the client's alert comes.
    if case .failure(let error) = ends.server {
      XCTAssertEqual((error as? NetError)?.kind, .tls(.refusedByPeer), "\(error)")
    } else {
      try ends.server.get().close()
    }
  }

  func testDirectoryOfCertificatesNeedsNoRehash() throws {
    let directory = certificates.directory + "/trusted"
    try? FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true)
    try? FileManager.default.copyItem(
      atPath: certificates.authority, toPath: directory + "/authority.pem")
    XCTAssertEqual(TLSContext.Trust.path(directory), .directory(directory))
    XCTAssertEqual(TLSContext.Trust.path(certificates.authority), .file(certificates.authority))
    try assertSucceeds(client(trust: .path(directory)), server())
  }

  // MARK: Files

  func testBadFilesAreNamed() throws {
    let good = certificates.good
    let missing = certificates.directory + "/missing.pem"
    let attempts: [(String, () throws -> Void)] = [
      (missing, { _ = try TLSContext.client(trust: .file(missing)) }),
      (missing, { _ = try TLSContext.client(trust: .directory(missing)) }),
      (good.key, { _ = try TLSContext.client(trust: .file(good.key)) }),
      (missing, { _ = try TLSContext.server(certificateFile: missing, keyFile: good.key) }),
      (missing, { _ = try TLSContext.server(certificateFile: good.certificate, keyFile: missing) }),
      (
        self.certificates.expired.key,
        {
          _ = try TLSContext.server(
            certificateFile: good.certificate, keyFile: self.certificates.expired.key)
        }
      ),
    ]
    for (path, attempt) in attempts {
      let error = netError(attempt)
      XCTAssertEqual(error?.kind, .tls(.badFile))
      XCTAssertTrue(error?.description.contains(path) ?? false, "\(String(describing: error))")
    }
  }

  // MARK: Protocols

  func testServerChoosesItsFirstProtocolThatTheClientOffers() throws {
    let ends = try pair(
      client: client(protocols: ["http/1.1", "h2"]), server: server(protocols: ["h2", "http/1.1"]))
    XCTAssertEqual(ends.client.negotiatedProtocol, "h2")
    XCTAssertEqual(ends.server.negotiatedProtocol, "h2")
    ends.client.close()
    ends.server.close()
  }

  func testNoCommonProtocolEndsTheHandshake() throws {
    let error = try failure(
      client: client(protocols: ["http/1.1"]), server: server(protocols: ["h2"]))
    XCTAssertEqual(error?.kind, .tls(.noCommonProtocol))
  }

  func testProtocolsOfOneSideOnlyAreNoFailure() throws {
    for (offered, known) in [([], ["h2"]), (["h2"], [])] {
      let ends = try pair(
        client: client(protocols: offered), server: server(protocols: known))
      XCTAssertNil(ends.client.negotiatedProtocol)
      ends.client.close()
      ends.server.close()
    }
  }

  // MARK: Peers that are something else

  func testPlainTextPeerIsToldApart() throws {
    for text in ["HTTP/1.1 400 Bad Request\r\n\r\n", "\0\0\0\0\0\0\0\u{8}abcdefgh"] {
      let (a, b) = try loopbackPair()
      let peer = TestPeer()
      let link = try peer.open(b)
      peer.queue(Array(text.utf8))
      link.kick()
      let context = try client()
      let error = netError {
        try TLSTransport.connect(
          over: a, context: context, host: "localhost", deadline: .after(.seconds(5))
        ).close()
      }
      XCTAssertEqual(error?.kind, .tls(.peerIsNotTLS), "\(String(describing: error))")
      link.close(until: .after(.seconds(5)))
    }
  }

  func testServerTellsAPlainTextClientApart() throws {
    let (a, b) = try loopbackPair()
    let peer = TestPeer()
    let link = try peer.open(a)
    peer.queue(Array("GET / HTTP/1.1\r\n\r\n".utf8))
    link.kick()
    let context = try server()
    let error = netError {
      try TLSTransport.accept(over: b, context: context, deadline: .after(.seconds(5))).close()
    }
    XCTAssertEqual(error?.kind, .tls(.peerIsNotTLS))
    link.close(until: .after(.seconds(5)))
  }

  func testPlainTextClientReadsAnAlert() throws {
    let context = try server()
    for _ in 0..<20 {
      let (a, b) = try loopbackPair()
      let peer = TestPeer()
      let link = try peer.open(a)
      peer.queue(Array("PRI * HTTP/2.0\r\n\r\n".utf8) + pattern(40_000))
      link.kick()
      XCTAssertThrowsError(
        try TLSTransport.accept(over: b, context: context, deadline: .after(.seconds(5))))
      XCTAssertTrue(peer.wait { $0.closedCount == 1 })
      XCTAssertEqual(peer.snapshot().received.first, 21, "the type of an alert record")
      link.close(until: .after(.seconds(5)))
    }
  }

  func testPeerThatClosesIsToldApart() throws {
    let (a, b) = try loopbackPair()
    b.close()
    let context = try client()
    let error = netError {
      try TLSTransport.connect(
        over: a, context: context, host: "localhost", deadline: .after(.seconds(5))
      ).close()
    }
    XCTAssertEqual(error?.kind, .tls(.peerClosed))
  }

  func testDeadlineHoldsForASilentPeer() throws {
    let (a, b) = try loopbackPair()
    let context = try client()
    let error = netError {
      try TLSTransport.connect(
        over: a, context: context, host: "localhost", deadline: .after(.milliseconds(50))
      ).close()
    }
    XCTAssertEqual(error?.kind, .timedOut)
    b.close()
  }

  func testShutdownEndsAHandshake() throws {
    let (a, b) = try loopbackPair()
    let context = try client()
    let connecting = onThread {
      try TLSTransport.connect(
        over: a, context: context, host: "localhost", deadline: .after(.seconds(20))
      ).close()
    }
    a.shutdown()
    XCTAssertThrowsError(try connecting.get(until: .after(.seconds(5)))) { error in
      XCTAssertEqual((error as? NetError)?.kind, .tls(.peerClosed))
    }
    b.close()
  }

  func testChainIsDescribedForAPerson() throws {
    let ends = try pair()
    let lines = ends.client.describeChain()
    let text = lines.joined(separator: "\n")
    for part in ["CN=good", "CN=Test authority ca", "DNS:localhost", "127.0.0.1", "until:"] {
      XCTAssertTrue(text.contains(part), "\(part) in \(text)")
    }
    ends.client.close()
    ends.server.close()
  }
}
