// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Glibc
package import PravegaNet
internal import PravegaThreads

/// A port of this machine that swallows packets, as a firewall does: connects hang.
///
/// It listens with a queue that is full, so that the kernel drops whatever asks for more.
package final class SwallowingPort: Sendable {
  private let listener: Listener
  private let fillers: Monitor<[CInt]>
  private let fillerCount: Int

  package init() throws {
    listener = try Listener(Endpoint(host: "127.0.0.1", port: 0), backlog: 0)
    let port = listener.endpoint.port
    fillers = Monitor((0..<4).map { _ in SwallowingPort.fill(port) })
    fillerCount = SwallowingPort.connectCount(port)
  }

  package var endpoint: Endpoint { listener.endpoint }

  /// How many connects hang, those that keep the queue full not counted.
  package var waitingCount: Int { Self.connectCount(endpoint.port) - fillerCount }

  /// The sockets of this machine whose connect to this port is under way, by the kernel's table.
  private static func connectCount(_ port: UInt16) -> Int {
    let port = String(port, radix: 16, uppercase: true)
    let remote = "0100007F:" + String(repeating: "0", count: 4 - port.count) + port
    // Not as a file: that takes the first page for all of it.
    let bytes = try? FileHandle(forReadingAtPath: "/proc/net/tcp")?.readToEnd()
    let table = String(decoding: bytes ?? Data(), as: UTF8.self)
    return table.split(separator: "\n").count { line in
      // Number, local address, remote address, state, of which 02 is SYN_SENT.
      let columns = line.split(separator: " ").prefix(4)
      return columns.suffix(2).elementsEqual([remote[...], "02"])
    }
  }

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
