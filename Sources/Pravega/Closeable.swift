// SPDX-License-Identifier: Apache-2.0

/// Something that holds connections or threads until it is closed: Java's `AutoCloseable`.
public protocol Closeable: AnyObject {
  /// Frees what the object holds. Idempotent, and safe from any thread.
  func close() throws
}

extension Closeable {
  /// Runs `body` and closes the object on every path, like Java's try-with-resources. The first
  /// error wins.
  ///
  /// - Throws: what `body` throws, else what ``close()`` throws.
  @discardableResult
  public func use<R>(_ body: (Self) throws -> R) throws -> R {
    let result: R
    do { result = try body(self) } catch {
      try? close()
      throw error
    }
    try close()
    return result
  }
}
