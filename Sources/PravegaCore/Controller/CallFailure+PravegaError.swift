// SPDX-License-Identifier: Apache-2.0

internal import PravegaNet

extension CallFailure {
  /// The failure as users see it: one sentence that names the cause, one that says what to do.
  package func asError(endpoint: String, isTLS: Bool) -> PravegaError {
    if case .status(let code, let message) = kind {
      return statusError(code, message, endpoint: endpoint)
    }
    let (code, message, hint) = sentences(endpoint, isTLS)
    let outcome: PravegaError.Retry = mayHaveRun ? .outcomeUnknown : .safe
    return PravegaError(
      code, message, hint: hint, retry: decision == .never && !mayHaveRun ? .never : outcome,
      context: PravegaError.Context(endpoint: endpoint), underlying: self)
  }

  private typealias Sentences = (PravegaError.Code, String, String)

  private func sentences(_ endpoint: String, _ isTLS: Bool) -> Sentences {
    switch kind {
    case .refused, .unknownHost, .unreachable, .tooManyFiles, .silent, .connectionLost:
      connectionSentences(endpoint)
    case .closesAtOnce, .speaksHTTP1, .speaksTLS, .speaksPlainText, .speaksOther, .certificate:
      foreignSentences(endpoint, isTLS)
    case .deadline:
      (
        .timeout, "The controller at \(endpoint) did not answer before the deadline.",
        "Try again, or give the call more time."
      )
    case .protocolViolation:
      (.invalidMessage, "The controller at \(endpoint) breaks the protocol: \(detail).", "")
    case .tooLarge:
      (.resourceExhausted, "The message to or from the controller is too large: \(detail).", "")
    case .badMetadata:
      (
        .invalidArgument, "The request's headers cannot be sent: \(detail).",
        "Look for line breaks or characters beyond ASCII in the credentials."
      )
    case .closed:
      (.objectClosed, PravegaError.clientClosed().message, PravegaError.clientClosed().hint)
    case .status: (.controllerRPC, detail, "")
    }
  }

  private func connectionSentences(_ endpoint: String) -> Sentences {
    switch kind {
    case .refused:
      (
        .connectionFailed, "Nothing listens at \(endpoint).",
        "Check that the controller runs and that this is its host and port, 9090 unless configured."
      )
    case .unknownHost:
      (
        .connectionFailed, "The host of \(endpoint) is not known.",
        "Check the spelling of the controller's host name."
      )
    case .unreachable:
      (
        .connectionFailed, "The controller at \(endpoint) cannot be reached: \(detail).",
        "Check the network, a firewall, and that the host is the controller's."
      )
    case .tooManyFiles:
      (
        .resourceExhausted, "This process has reached its limit of open files.",
        "Close what is not needed or raise the limit (ulimit -n)."
      )
    case .silent:
      (
        .connectionFailed, "The server at \(endpoint) accepts connections but does not answer.",
        "Check that it is a controller in good health."
      )
    default:
      (
        .connectionFailed, "The connection to the controller at \(endpoint) broke: \(detail).",
        "Try again; if it goes on, look at the controller's log."
      )
    }
  }

  private func foreignSentences(_ endpoint: String, _ isTLS: Bool) -> Sentences {
    switch kind {
    case .closesAtOnce:
      (
        .connectionFailed, "The server at \(endpoint) closes the connection without an answer.",
        "Use the controller's port (9090 unless configured), not a segment store's"
          + (isTLS ? "." : ", and tls:// if it wants TLS.")
      )
    case .speaksHTTP1:
      (
        .invalidMessage, "The server at \(endpoint) is a web server, not a Pravega controller.",
        "Use the controller's gRPC port, 9090 unless configured."
      )
    case .speaksTLS:
      (
        .invalidMessage, "The server at \(endpoint) wants TLS, but was spoken to in plain text.",
        "Write the address as tls://\(endpoint)."
      )
    case .speaksPlainText:
      (
        .invalidMessage, "The server at \(endpoint) speaks plain text, but TLS was asked for.",
        "Write the address as tcp://\(endpoint)."
      )
    case .certificate(let failure):
      (
        .connectionFailed, failure.sentences(endpoint, detail).message,
        failure.sentences(endpoint, detail).hint
      )
    default:
      (
        .invalidMessage, "The server at \(endpoint) does not speak gRPC; \(detail).",
        "Use the controller's port (9090 unless configured), not a segment store's."
      )
    }
  }
}
