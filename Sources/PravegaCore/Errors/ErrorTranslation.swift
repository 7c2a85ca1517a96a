// SPDX-License-Identifier: Apache-2.0

package import PravegaNet

/// Where failures of the modules below become the public error, once and for all.
package enum ErrorTranslation {
  /// A connection that broke before anything was sent.
  package static func broken(_ endpoint: Endpoint) -> PravegaError {
    PravegaError(
      .connectionFailed, "The connection to the segment store \(endpoint) broke.",
      hint: "Try again; if it goes on, look at the segment store's log.", retry: .safe,
      context: .init(endpoint: endpoint.description))
  }

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
        "Nothing listens at \(endpoint), the address of a segment store.",
        "Check that the segment store runs and that its published address can be reached from here."
      )
    case .timedOut where error.isSilentHandshake:
      return failed(
        "The server at \(endpoint) accepted the connection but did not answer.",
        "Check that the address is a segment store's, and that the store is in good health.")
    case .timedOut:
      return failed(
        "The segment store \(endpoint) cannot be reached.",
        "Check the segment store's published address and the network between.")
    case .unreachable:
      return failed(
        "The segment store \(endpoint) cannot be reached from this machine.",
        "Check the segment store's published address and the network between.")
    case .unknownHost:
      return failed(
        "The host of \(endpoint), the address of a segment store, is not known.",
        "Check the address that the segment store publishes.")
    case .tls(let failure):
      let sentences = failure.sentences(endpoint.description, error.detail)
      return failed(sentences.message, sentences.hint, .never)
    case .tooManyFiles:
      return PravegaError(
        .resourceExhausted, "This process has reached its limit of open files.",
        hint: "Close what is not needed or raise the limit (ulimit -n).", retry: .safe,
        context: context,
        underlying: error)
    case .reset, .closed:
      return failed(
        "The segment store \(endpoint) dropped the connection.",
        "Try again; if it goes on, look at the segment store's log.")
    case .addressInUse, .rejectedByHandler, .system:
      return failed(
        "The connection to \(endpoint) failed: \(error).",
        "Check the segment store's published address and the network between.")
    }
  }
}
