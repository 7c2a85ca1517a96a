// SPDX-License-Identifier: Apache-2.0

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
        .timeout, "the controller at \(endpoint) did not answer before the deadline.",
        "Try again, or give the call more time."
      )
    case .protocolViolation:
      (.invalidMessage, "the controller at \(endpoint) breaks the protocol: \(detail).", "")
    case .tooLarge:
      (.resourceExhausted, "the message to or from the controller is too large: \(detail).", "")
    case .badMetadata:
      (
        .invalidArgument, "the request's headers cannot be sent: \(detail).",
        "Look for line breaks or characters beyond ASCII in the credentials."
      )
    case .closed: (.objectClosed, "the client was closed.", "")
    case .status: (.controllerRPC, detail, "")
    }
  }

  private func connectionSentences(_ endpoint: String) -> Sentences {
    switch kind {
    case .refused:
      (
        .connectionFailed, "nothing listens at \(endpoint).",
        "Is the controller running, and is this its host and port (9090 unless configured)?"
      )
    case .unknownHost:
      (
        .connectionFailed, "the host of \(endpoint) is not known.",
        "Check the spelling of the controller's host name."
      )
    case .unreachable:
      (
        .connectionFailed, "\(endpoint) cannot be reached: \(detail).",
        "Check the network, a firewall, and that the host is the controller's."
      )
    case .tooManyFiles:
      (
        .resourceExhausted, "this process has reached its limit of open files.",
        "Close what is not needed or raise the limit (ulimit -n)."
      )
    case .silent:
      (
        .connectionFailed, "\(endpoint) accepts connections but does not answer.",
        "Is it a controller, and is it in good health?"
      )
    default:
      (
        .connectionFailed, "the connection to the controller at \(endpoint) broke: \(detail).",
        "Try again; if it goes on, look at the controller's log."
      )
    }
  }

  private func foreignSentences(_ endpoint: String, _ isTLS: Bool) -> Sentences {
    switch kind {
    case .closesAtOnce:
      (
        .connectionFailed, "\(endpoint) closes the connection without an answer.",
        "Is it the controller's port (9090), not a segment store's (12345)"
          + (isTLS ? "?" : ", and does it want TLS (tls://)?")
      )
    case .speaksHTTP1:
      (
        .invalidMessage, "\(endpoint) is a web server, not a Pravega controller.",
        "Use the controller's gRPC port, 9090 unless configured."
      )
    case .speaksTLS:
      (
        .invalidMessage, "\(endpoint) wants TLS, but was spoken to in plain text.",
        "Write the address as tls://\(endpoint)."
      )
    case .speaksPlainText:
      (
        .invalidMessage, "\(endpoint) speaks plain text, but TLS was asked for.",
        "Write the address as tcp://\(endpoint)."
      )
    case .certificate:
      (
        .connectionFailed, "TLS to \(endpoint) failed: \(detail).",
        "Check the trust store, the host name and the certificate's dates."
      )
    default:
      (
        .invalidMessage, "\(endpoint) does not speak gRPC: \(detail).",
        "Use the controller's port (9090 unless configured), not a segment store's."
      )
    }
  }
}
