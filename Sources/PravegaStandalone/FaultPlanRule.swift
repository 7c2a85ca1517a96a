// SPDX-License-Identifier: Apache-2.0

/// Which requests go wrong, and how.
public struct FaultRule: Sendable {
  /// A wire command or a controller call, in any case; `*` is every one.
  public var name: String
  /// The connection, counted from 1 in the order of acceptance; nil: any.
  public var connection: Int?
  /// The first request that goes wrong, counted from 1 among those that the rule concerns.
  public var first: Int
  /// Whether all further ones do, too.
  public var repeats: Bool
  /// What happens, all of it.
  public var actions: [FaultAction]

  /// Makes a rule.
  ///
  /// - Parameters:
  ///   - name: a wire command or a controller call, in any case; `*` is every one.
  ///   - connection: counted from 1 in the order of acceptance; nil: any.
  ///   - first: which of the requests, counted from 1.
  ///   - repeats: whether all further ones go wrong, too.
  ///   - actions: what happens.
  public init(
    _ name: String, connection: Int? = nil, first: Int = 1, repeats: Bool = false,
    _ actions: FaultAction...
  ) {
    self.name = name
    self.connection = connection
    self.first = first
    self.repeats = repeats
    self.actions = actions
  }

  func concerns(_ request: String, on connection: Int) -> Bool {
    guard self.connection == nil || self.connection == connection else { return false }
    return name == "*" || name.lowercased() == request.lowercased()
  }

  func hits(_ count: Int) -> Bool {
    repeats ? count >= first : count == first
  }
}

/// A fault.
public enum FaultAction: Sendable {
  /// The connection ends before the request is handled.
  case cut
  /// The request is handled, that many bytes of its reply are sent, and the connection ends.
  case cutReply(after: Int)
  /// The request is handled, its reply never sent.
  case drop
  /// The reply is sent twice.
  case duplicate
  /// The reply, and what follows it on the connection, is sent later.
  case delay(Duration)
  /// Nothing is handled or sent any more; the connection stays open.
  case hang
  /// The request is answered by WrongHost and not handled.
  case wrongHost
  /// The segment is sealed before the request is handled.
  case seal
  /// The request is refused because its token has expired.
  case expiredToken
  /// The request is refused because its token is not a good one.
  case refusedToken
  /// The controller names this address (`host:port`) for a segment.
  case moved(String)
  /// The controller call ends with this gRPC status and is not handled.
  case status(Int)
  /// The request is not handled; these bytes are the answer: a whole wire frame, or the
  /// controller's reply message.
  case answer([UInt8])
  /// Runs before the request is handled, on the connection's thread, which waits for it.
  case perform(@Sendable (FaultOccasion) -> Void)

  /// The name that ``FaultPlan/injectedCounts`` counts it under.
  public var name: String {
    switch self {
    case .cut: "cut"
    case .cutReply: "cut-reply"
    case .drop: "drop"
    case .duplicate: "dup"
    case .delay: "delay"
    case .hang: "hang"
    case .wrongHost: "wronghost"
    case .seal: "seal"
    case .expiredToken: "expired"
    case .refusedToken: "refused"
    case .moved: "moved"
    case .status: "status"
    case .answer: "answer"
    case .perform: "perform"
    }
  }
}

/// The request that a fault meets.
public struct FaultOccasion: Sendable {
  /// The wire command or controller call.
  public let name: String
  /// The segment it is about, where it is about one.
  public let segment: String?
  /// The connection, counted from 1 in the order of acceptance.
  public let connection: Int

  package init(name: String, segment: String?, connection: Int) {
    self.name = name
    self.segment = segment
    self.connection = connection
  }
}
