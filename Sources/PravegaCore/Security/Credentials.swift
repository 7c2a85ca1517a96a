// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Proves to the controller who is calling.
///
/// The token is asked for at every call, so it may change in the course of time. Called from any
/// thread, without a lock held.
public protocol Credentials: Sendable {
  /// The method, for example `Basic` or `Bearer`. The server compares it exactly.
  var authenticationType: String { get }
  /// What the method wants, in the characters that HTTP allows for it (`token68`).
  var authenticationToken: String { get }
}

/// A user name and a password, sent as HTTP's `Basic` method.
public struct DefaultCredentials: Credentials, Hashable {
  /// The method, `Basic`.
  public var authenticationType: String { "Basic" }
  /// Base64 of `user:password` in UTF-8.
  public let authenticationToken: String

  /// Keeps a user name and a password, which Java takes in the opposite order.
  public init(userName: String, password: String) {
    authenticationToken = Base64.encode(Array("\(userName):\(password)".utf8))
  }
}

/// A method and a token that do not change.
public struct TokenCredentials: Credentials, Hashable {
  /// The method, for example `Bearer`.
  public let authenticationType: String
  /// The token.
  public let authenticationToken: String

  /// Keeps a method and a token.
  public init(authenticationType: String, authenticationToken: String) {
    self.authenticationType = authenticationType
    self.authenticationToken = authenticationToken
  }

  /// What the environment variables `pravega_client_auth_method` and `pravega_client_auth_token`
  /// hold; nil unless a method is set.
  public static func fromEnvironment() -> TokenCredentials? {
    fromEnvironment { name in unsafe getenv(name).map { unsafe String(cString: $0) } }
  }

  package static func fromEnvironment(_ variable: (String) -> String?) -> TokenCredentials? {
    guard let method = variable("pravega_client_auth_method"), !method.isEmpty else { return nil }
    return TokenCredentials(
      authenticationType: method,
      authenticationToken: variable("pravega_client_auth_token") ?? "")
  }
}

// Secrets do not belong into logs, so neither type tells them.

extension DefaultCredentials: CustomStringConvertible, CustomReflectable {
  /// The method alone.
  public var description: String { "Basic ***" }
  /// Shows nothing.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension TokenCredentials: CustomStringConvertible, CustomReflectable {
  /// The method alone.
  public var description: String { "\(authenticationType) ***" }
  /// Shows nothing.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
