// SPDX-License-Identifier: Apache-2.0

/// What a caller may do with something. Each includes those before it.
package enum AccessRight: Int, Comparable, Sendable {
  case none = 0
  case read, readUpdate

  package static func < (a: AccessRight, b: AccessRight) -> Bool { a.rawValue < b.rawValue }

  /// The name in access lists and tokens.
  package var name: String {
    switch self {
    case .none: "NONE"
    case .read: "READ"
    case .readUpdate: "READ_UPDATE"
    }
  }
}

/// Something that access lists speak of.
package enum AccessResource: Hashable, Sendable, CustomStringConvertible {
  /// All scopes.
  case root
  case scope(String)
  case stream(StreamKey)
  case table(StreamKey)
  case readerGroup(StreamKey)

  /// The reader group or stream that an internal stream belongs to; other streams themselves.
  static func owner(of key: StreamKey) -> AccessResource {
    if key.name.hasPrefix(ControllerNames.groupPrefix) {
      return .readerGroup(key.without(ControllerNames.groupPrefix))
    }
    if key.name.hasPrefix(ControllerNames.markPrefix) {
      return .stream(key.without(ControllerNames.markPrefix))
    }
    return .stream(key)
  }

  package var description: String {
    switch self {
    case .root: "prn::/"
    case .scope(let scope): "prn::/scope:\(scope)"
    case .stream(let key): "prn::/scope:\(key.scope)/stream:\(key.name)"
    case .table(let key): "prn::/scope:\(key.scope)/key-value-table:\(key.name)"
    case .readerGroup(let key): "prn::/scope:\(key.scope)/reader-group:\(key.name)"
    }
  }
}

extension StreamKey {
  fileprivate func without(_ prefix: String) -> StreamKey {
    StreamKey(scope, String(name.dropFirst(prefix.count)))
  }
}

/// Who is calling, as far as the transport knows.
package struct ControllerCaller: Sendable {
  /// The address at which the caller reached the controller.
  package var localHost = "127.0.0.1"
  package var localPort: UInt16 = 0
  /// The value of the `authorization` header.
  package var authorization: String?

  package init() {}
}

/// Decides what callers may do, and gives out tokens for the segment store.
package protocol AccessControl: Sendable {
  /// Without it every token is the empty text.
  var isEnabled: Bool { get }
  /// Whether the streams of reader groups may be written with the right to read.
  var groupsNeedOnlyRead: Bool { get }
  /// The caller's right. Throws when he is nobody.
  func right(of caller: ControllerCaller, to resource: AccessResource) throws -> AccessRight
  func token(for resource: AccessResource, _ right: AccessRight) -> String
}

/// Everybody may do everything.
package struct OpenAccess: AccessControl {
  package let isEnabled = false
  package let groupsNeedOnlyRead = true

  package init() {}

  package func right(
    of caller: ControllerCaller, to resource: AccessResource
  ) -> AccessRight { .readUpdate }

  package func token(for resource: AccessResource, _ right: AccessRight) -> String { "" }
}
