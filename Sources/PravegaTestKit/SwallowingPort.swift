// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import PravegaNet
internal import PravegaThreads

/// A port of this machine that swallows packets, as a firewall does: connects hang.
///
/// It listens with a queue that is full, so that the kernel drops whatever asks for more.
package final class SwallowingPort: Sendable {
  private let listener: Listener
  private let fillers: Monitor<[CInt]>

  package init() throws {
    listener = try Listener(Endpoint(host: "127.0.0.1", port: 0), backlog: 0)
    let port = listener.endpoint.port
    fillers = Monitor((0..<4).map { _ in SwallowingPort.fill(port) })
  }

  package var endpoint: Endpoint { listener.endpoint }

  package func close() {
    listener.close()
    for filler in fillers.withLock({ $0.takeAll() }) where filler >= 0 { Glibc.close(filler) }
  }

  private static func fill(_ port: UInt16) -> CInt {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_INET, kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return descriptor
  }
}

extension [CInt] {
  fileprivate mutating func takeAll() -> [CInt] {
    defer { self = [] }
    return self
  }
}
