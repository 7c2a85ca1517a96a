// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What the tests were built with: both make everything ten times slower.
package enum Sanitizer {
  /// Keeps freed memory for a while.
  package static let isAddress = unsafe dlsym(nil, "__asan_init") != nil
  package static let isThread = unsafe dlsym(nil, "__tsan_init") != nil
  /// How much longer clients under test have to be patient with their servers.
  package static let slowness = isThread ? 10 : 1
}
