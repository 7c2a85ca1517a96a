// SPDX-License-Identifier: Apache-2.0

package import PravegaNet

/// Where failures of the modules below become the public error, once and for all.
package enum ErrorTranslation {
  /// A connection to a segment store that could not be made or broke.
  package static func connection(_ error: NetError, to endpoint: Endpoint) -> PravegaError {
    let context = PravegaError.Context(endpoint: endpoint.description)
    func failed(_ message: String, _ hint: String, _ retry: PravegaError.Retry = .safe)
      -> PravegaError
    {
      PravegaError(
        .connectionFailed, message, hint: hint, retry: retry, context: context, underlying: error)
    }
    switch error.kind {
    case .refused:
      return failed(
        "Nothing listens at \(endpoint).",
        "Check that the segment store runs and that its published address can be reached from here."
      )
    case .timedOut:
      return failed(
        "\(endpoint) cannot be reached.",
        "Check the segment store's published address and the network between.")
    case .unreachable:
      return failed(
        "\(endpoint) cannot be reached from this machine.",
        "Check the segment store's published address and the network between.")
    case .unknownHost:
      return failed(
        "The host '\(endpoint.host)' is not known.",
        "Check the spelling, or the address that the segment store publishes.")
    case .tls(let failure):
      return failed(
        "\(endpoint): \(failure)" + (error.detail.map { " (\($0))." } ?? "."),
        "Check the TLS settings of both sides, the trust store and the certificate.", .never)
    case .tooManyFiles:
      return PravegaError(
        .resourceExhausted, "This process has no file descriptor left for a connection.",
        hint: "Raise the limit of open files (ulimit -n).", retry: .safe, context: context,
        underlying: error)
    case .reset, .closed:
      return failed("\(endpoint) dropped the connection.", "")
    case .addressInUse, .rejectedByHandler, .system:
      return failed("The connection to \(endpoint) failed: \(error).", "")
    }
  }
}
