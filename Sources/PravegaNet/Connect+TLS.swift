// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// Connects and does the TLS handshake; the certificate has to be for `endpoint`'s host.
///
/// Blocks the calling thread until the peer is trusted, at most until `deadline`.
///
/// - Parameter interrupt: ends the wait from another thread.
package func connectTLS(
  to endpoint: Endpoint, context: TLSContext, deadline: Deadline, interrupt: Interrupt? = nil
) throws(NetError) -> TLSTransport {
  let transport = try connectTCP(to: endpoint, deadline: deadline, interrupt: interrupt)
  return try TLSTransport.connect(
    over: transport, context: context, host: endpoint.host, deadline: deadline,
    interrupt: interrupt)
}
