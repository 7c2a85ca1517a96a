// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The standard error stream, unbuffered.
enum StandardError {
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      guard let base = bytes.baseAddress else { return }
      _ = unsafe Glibc.write(STDERR_FILENO, base, bytes.count)
    }
  }
}
