// SPDX-License-Identifier: Apache-2.0

internal import PravegaGRPC
internal import PravegaNet
internal import PravegaThreads

extension CallFailure {
  init(_ error: GRPCError) {
    self.init(
      Self.kind(error.kind), Self.detail(error), mayHaveRun: error.wasProcessed == .unknown)
  }

  private static func kind(_ kind: GRPCError.Kind) -> Kind {
    switch kind {
    case .status(let status): .status(status.code.rawValue, status.message)
    case .deadlineExceeded: .deadline
    case .connectFailed(let error): self.kind(error)
    case .connectionLost, .goAway, .streamReset: .connectionLost
    case .peerIsSilent: .silent
    case .notHTTP2(let spoken): self.kind(spoken)
    case .protocolViolation: .protocolViolation
    case .requestTooLarge, .replyTooLarge: .tooLarge
    case .invalidMetadata: .badMetadata
    case .closed: .closed
    }
  }

  private static func kind(_ spoken: GRPCPeerProtocol) -> Kind {
    switch spoken {
    case .http1: .speaksHTTP1
    case .tls: .speaksTLS
    case .plainText: .speaksPlainText
    case .closesAtOnce: .closesAtOnce
    case .other: .speaksOther
    }
  }

  private static func kind(_ error: NetError) -> Kind {
    switch error.kind {
    case .refused: .refused
    case .unknownHost: .unknownHost
    case .timedOut where error.isSilentHandshake: .silent
    case .timedOut, .unreachable, .addressInUse, .system: .unreachable
    case .reset, .closed, .rejectedByHandler: .closesAtOnce
    case .tooManyFiles: .tooManyFiles
    case .tls(.peerIsNotTLS): .speaksPlainText
    case .tls(.peerClosed): .closesAtOnce
    case .tls(let failure): .certificate(failure)
    }
  }

  private static func detail(_ error: GRPCError) -> String {
    switch error.kind {
    case .connectFailed(let error):
      if case .tls = error.kind { error.detail ?? "" } else { "\(error)" }
    case .notHTTP2(.other(let bytes)): "it began with \(GRPCPeerProtocol.shown(bytes))"
    case .connectionLost(let error?): "\(error)"
    case .connectionLost(nil): "it was closed"
    default: "\(error)"
    }
  }
}

extension ControllerClient {
  /// A client whose connections are TCP.
  package convenience init(_ settings: ControllerSettings) {
    let connectTimeout = settings.attemptTimeout
    self.init(settings) { GRPCTransport($0, connectTimeout: connectTimeout) }
  }
}
