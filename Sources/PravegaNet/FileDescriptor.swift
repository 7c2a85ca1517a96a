// SPDX-License-Identifier: Apache-2.0

/// A descriptor that is closed exactly once: when its value ends.
package struct FileDescriptor: ~Copyable, Sendable {
  package let number: CInt

  init(owning number: CInt) { self.number = number }

  deinit { System.close(number) }
}
