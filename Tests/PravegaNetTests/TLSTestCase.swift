// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaNet
import PravegaTestKit
import PravegaThreads
import XCTest

/// Certificates made once, and both ends of a handshake.
class TLSTestCase: LeakCheckedTestCase {
  /// One set for all TLS tests of the process; the directory goes when the process does.
  private static let shared = Result { try Certificates() }

  private(set) var certificates: Certificates!

  override func setUpWithError() throws {
    certificates = try TLSTestCase.shared.get()
    try super.setUpWithError()
  }

  func server(
    _ pair: Certificates.Pair? = nil, protocols: [String] = []
  ) throws -> TLSContext {
    let pair = pair ?? certificates.good
    return try TLSContext.server(
      certificateFile: pair.certificate, keyFile: pair.key, protocols: protocols)
  }

  func client(
    trust: TLSContext.Trust? = nil, verifiesHostName: Bool = true, protocols: [String] = []
  ) throws -> TLSContext {
    try TLSContext.client(
      trust: trust ?? .file(certificates.authority), verifiesHostName: verifiesHostName,
      protocols: protocols)
  }

  /// Both ends of one handshake over loopback.
  func handshake(
    client: TLSContext, server: TLSContext, host: String = "localhost"
  ) throws -> (client: Result<TLSTransport, any Error>, server: Result<TLSTransport, any Error>) {
    let (a, b) = try loopbackPair()
    let deadline = Deadline.after(.seconds(10))
    let accepting = onThread {
      try TLSTransport.accept(over: b, context: server, deadline: deadline)
    }
    let connected = Result<TLSTransport, any Error> {
      try TLSTransport.connect(over: a, context: client, host: host, deadline: deadline)
    }
    return (connected, Result { try accepting.get(until: .after(.seconds(20))) })
  }

  /// A pair that has come to terms.
  func pair(
    client: TLSContext? = nil, server: TLSContext? = nil
  ) throws -> (client: TLSTransport, server: TLSTransport) {
    let ends = try handshake(
      client: try client ?? self.client(), server: try server ?? self.server())
    return (try ends.client.get(), try ends.server.get())
  }

  /// The client's failure; whatever the server got is closed.
  func failure(
    client: TLSContext, server: TLSContext, host: String = "localhost"
  ) throws -> NetError? {
    let ends = try handshake(client: client, server: server, host: host)
    if case .success(let transport) = ends.server { transport.close() }
    return netError { try ends.client.get().close() }
  }
}
