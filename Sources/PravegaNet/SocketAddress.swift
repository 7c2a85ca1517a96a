// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An IPv4, IPv6 or local socket address as the kernel sees it.
struct SocketAddress: Sendable {
  private var storage = sockaddr_storage()
  private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

  init() {}

  init?(copying pointer: UnsafePointer<sockaddr>, length: socklen_t) {
    guard Int(length) <= MemoryLayout<sockaddr_storage>.size else { return nil }
    unsafe withUnsafeMutableBytes(of: &storage) { bytes in
      unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(start: pointer, count: Int(length)))
    }
    self.length = length
  }

  var family: CInt { CInt(storage.ss_family) }

  func withPointer<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
    unsafe withUnsafePointer(to: storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe body(address, length)
      }
    }
  }

  mutating func withMutablePointer<R>(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> R
  ) -> R {
    unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        unsafe body(address, &length)
      }
    }
  }

  /// Host in numbers, and port; nil for a local socket.
  var endpoint: Endpoint? {
    guard family == AF_INET || family == AF_INET6 else { return nil }
    return unsafe withPointer { address, length in
      unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { host in
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16) { port in
          let result = unsafe getnameinfo(
            address, length, host.baseAddress, 64, port.baseAddress, 16,
            NI_NUMERICHOST | NI_NUMERICSERV)
          guard result == 0, let hostStart = host.baseAddress, let portStart = port.baseAddress
          else { return nil }
          return unsafe Endpoint(
            host: String(cString: hostStart), port: UInt16(String(cString: portStart)) ?? 0)
        }
      }
    }
  }

  /// The bytes that tell two addresses apart.
  func isSame(as other: SocketAddress) -> Bool {
    family == other.family && endpoint == other.endpoint
  }
}
