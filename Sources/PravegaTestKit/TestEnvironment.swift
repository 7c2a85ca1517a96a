// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Variables of the process.
enum Environment {
  /// Nil when it is not set or empty.
  static func value(of name: String) -> String? {
    guard let text = getenv(name).map({ String(cString: $0) }), !text.isEmpty else { return nil }
    return text
  }
}
