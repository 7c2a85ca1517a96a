// SPDX-License-Identifier: Apache-2.0

/// What a server does to one request, put together from the actions that it meets.
package struct FaultDecision: Sendable {
  /// What replaces the handling of a request.
  package enum Instead: Sendable {
    case cut
    case hang
    case wrongHost
    case expiredToken
    case refusedToken
    case status(Int)
    case answer([UInt8])
  }

  package var instead: Instead?
  package var seals = false
  /// The address that the controller names.
  package var movedAddress: String?
  package var performed: [@Sendable (FaultOccasion) -> Void] = []
  package var reply = ReplyFault()

  init(_ actions: [FaultAction]) {
    for action in actions { add(action) }
  }

  private mutating func add(_ action: FaultAction) {
    switch action {
    case .cut: instead = .cut
    case .hang: instead = .hang
    case .wrongHost: instead = .wrongHost
    case .expiredToken: instead = .expiredToken
    case .refusedToken: instead = .refusedToken
    case .status(let code): instead = .status(code)
    case .answer(let bytes): instead = .answer(bytes)
    case .seal: seals = true
    case .moved(let address): movedAddress = address
    case .perform(let body): performed.append(body)
    case .cutReply(let count): reply.cutAfter = count
    case .drop: reply.isDropped = true
    case .duplicate: reply.isDoubled = true
    case .delay(let time): reply.delay += time
    }
  }
}

/// What happens to the reply of a request.
package struct ReplyFault: Sendable, Equatable {
  /// So many bytes are sent before the connection ends.
  package var cutAfter: Int?
  package var isDropped = false
  package var isDoubled = false
  package var delay: Duration = .zero

  package init() {}
}
