// SPDX-License-Identifier: Apache-2.0

/// The name of a stream, table or group within its scope.
package struct StreamKey: Hashable, Sendable, CustomStringConvertible {
  package let scope: String
  package let name: String

  package init(_ scope: String, _ name: String) {
    self.scope = scope
    self.name = name
  }

  package var description: String { scope + "/" + name }

  /// The stream that holds this stream's watermarks.
  var markStream: StreamKey { StreamKey(scope, ControllerNames.markPrefix + name) }
}
