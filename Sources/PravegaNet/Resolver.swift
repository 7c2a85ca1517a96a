// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PravegaThreads

/// Host names to addresses.
enum Resolver {
  /// All addresses of `endpoint`, best first.
  ///
  /// A literal costs no thread. For a name the system's resolver, which knows no deadline, runs on
  /// a thread of its own: when the deadline passes, that thread is left to end by itself.
  static func addresses(
    of endpoint: Endpoint, deadline: Deadline, passive: Bool = false, interrupt: Interrupt? = nil
  ) throws(NetError) -> [SocketAddress] {
    let flags = passive ? AI_PASSIVE : 0
    let literal = lookUp(endpoint, flags: flags | AI_NUMERICHOST)
    if case .success(let addresses) = literal { return addresses }
    return try onThread(endpoint, deadline: deadline, interrupt) { lookUp(endpoint, flags: flags) }
  }

  /// Waits for a look-up on a thread of its own, which is left to itself when the wait is over.
  static func onThread(
    _ endpoint: Endpoint, deadline: Deadline, _ interrupt: Interrupt?,
    _ lookUp: @escaping @Sendable () -> Result<[SocketAddress], NetError>
  ) throws(NetError) -> [SocketAddress] {
    let promise = Promise<Result<[SocketAddress], NetError>>()
    let future = promise.future
    // Weak, so that a thread that could not be started leaves nobody waiting.
    interrupt?.whenRaised { [weak promise] in
      promise?.fail(NetError(.closed, call: "getaddrinfo", endpoint: endpoint.description))
    }
    _ = Worker.start(name: "prv-dns") { promise.succeed(lookUp()) }
    let result: Result<[SocketAddress], NetError>
    do {
      result = try future.get(until: deadline)
    } catch let error as NetError {
      throw error
    } catch PromiseError.timedOut {
      throw NetError(
        .timedOut, call: "getaddrinfo", endpoint: endpoint.description,
        detail: "the name resolver did not answer in time")
    } catch {
      throw NetError(
        .system, call: "getaddrinfo", code: EAGAIN, endpoint: endpoint.description,
        detail: "no thread to ask the name resolver with")
    }
    return try result.get()
  }

  private static func lookUp(
    _ endpoint: Endpoint, flags: CInt
  ) -> Result<[SocketAddress], NetError> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = flags | AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list)
    let systemCode = errno
    defer { unsafe freeAddresses(list) }
    guard code == 0 else {
      return .failure(failure(code, systemCode, endpoint: endpoint))
    }
    return .success(unsafe copyAddresses(list))
  }

  private static func freeAddresses(_ list: UnsafeMutablePointer<addrinfo>?) {
    if let list = unsafe list { unsafe freeaddrinfo(list) }
  }

  private static func copyAddresses(
    _ list: UnsafeMutablePointer<addrinfo>?
  ) -> [SocketAddress] {
    var addresses: [SocketAddress] = []
    var next = unsafe list
    while let entry = unsafe next {
      if let pointer = unsafe entry.pointee.ai_addr,
        let address = unsafe SocketAddress(copying: pointer, length: entry.pointee.ai_addrlen)
      {
        addresses.append(address)
      }
      unsafe next = entry.pointee.ai_next
    }
    return addresses
  }

  private static func failure(
    _ code: CInt, _ systemCode: CInt, endpoint: Endpoint
  ) -> NetError {
    let text = unsafe gai_strerror(code).map { unsafe String(cString: $0) }
    let (kind, errno): (NetError.Kind, CInt) =
      switch code {
      case EAI_SYSTEM: (NetError.Kind(errno: systemCode), systemCode)
      case EAI_MEMORY: (.system, ENOMEM)
      default: (.unknownHost, 0)
      }
    return NetError(
      kind, call: "getaddrinfo", code: errno, endpoint: endpoint.description, detail: text)
  }
}
