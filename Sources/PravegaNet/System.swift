// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc
internal import PravegaThreads

/// A system call that failed, with its `errno`.
struct SystemFailure: Error {
  let call: StaticString
  let code: CInt

  /// The call would have had to wait.
  var isWouldBlock: Bool { code == EAGAIN || code == EWOULDBLOCK }
}

/// Every system call of the library, one function each.
///
/// Interrupted calls are repeated here and nowhere else; `errno` is read here and nowhere else.
enum System {
  /// Repeats `body` while a signal interrupts it; -1 becomes a failure.
  @inline(__always)
  private static func call(
    _ name: StaticString, _ body: () -> Int
  ) throws(SystemFailure) -> Int {
    while true {
      let result = body()
      if result != -1 { return result }
      let code = errno
      if code != EINTR { throw SystemFailure(call: name, code: code) }
    }
  }

  /// The same for a call that moves bytes or waits: not under a lock.
  @inline(__always)
  private static func traffic(
    _ name: StaticString, _ body: () -> Int
  ) throws(SystemFailure) -> Int {
    LockWatch.expectNoLock(name)
    return try call(name, body)
  }

  // MARK: Descriptors

  /// Not repeated when interrupted: Linux has freed the number by then.
  static func close(_ descriptor: CInt) { _ = Glibc.close(descriptor) }

  static func eventfd() throws(SystemFailure) -> FileDescriptor {
    FileDescriptor(owning: CInt(try call("eventfd") { Int(prv_eventfd()) }))
  }

  static func addToEventfd(_ descriptor: CInt) {
    var one: UInt64 = 1
    _ = try? call("write") { unsafe Glibc.write(descriptor, &one, 8) }
  }

  static func clearEventfd(_ descriptor: CInt) {
    var count: UInt64 = 0
    _ = try? call("read") { unsafe Glibc.read(descriptor, &count, 8) }
  }

  /// Whether `path` names a directory that can be read.
  static func isDirectory(_ path: String) -> Bool {
    guard let directory = unsafe opendir(path) else { return false }
    unsafe closedir(directory)
    return true
  }

  static func checkReadable(_ path: String) throws(SystemFailure) {
    _ = try call("open") { Int(unsafe Glibc.access(path, R_OK)) }
  }

  /// The names in a directory, in no order.
  static func names(in path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      }
      names.append(name)
    }
    return names
  }

  // MARK: Waiting

  /// Waits for one of `entries`, at most until `deadline`; 0 means that it passed.
  static func poll(
    _ entries: inout [pollfd], until deadline: Deadline
  ) throws(SystemFailure) -> Int {
    let count = nfds_t(entries.count)
    return try traffic("poll") {
      Int(unsafe Glibc.poll(&entries, count, deadline.pollTimeoutMilliseconds))
    }
  }

  /// The same for a part of a second that milliseconds are too coarse for.
  static func poll(_ entries: inout [pollfd], for duration: Duration) throws(SystemFailure) -> Int {
    let count = UInt(entries.count)
    let nanoseconds = Int(min(max(0, duration.saturatingNanoseconds), 999_999_999))
    return try traffic("ppoll") {
      Int(unsafe prv_poll_nanoseconds(&entries, count, nanoseconds))
    }
  }

  // MARK: Sockets

  private static let socketFlags =
    CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)

  static func socket(family: CInt) throws(SystemFailure) -> FileDescriptor {
    FileDescriptor(
      owning: CInt(try call("socket") { Int(Glibc.socket(family, socketFlags, 0)) }))
  }

  static func socketPair() throws(SystemFailure) -> (CInt, CInt) {
    var numbers: [CInt] = [-1, -1]
    _ = try call("socketpair") {
      Int(unsafe Glibc.socketpair(AF_UNIX, socketFlags, 0, &numbers))
    }
    return (numbers[0], numbers[1])
  }

  /// Interrupted or in progress are the same: the result comes with `POLLOUT`.
  static func connect(_ descriptor: CInt, _ address: SocketAddress) throws(SystemFailure) {
    LockWatch.expectNoLock("connect")
    let result = unsafe address.withPointer { pointer, length in
      unsafe Glibc.connect(descriptor, pointer, length)
    }
    guard result == -1 else { return }
    let code = errno
    guard code == EINPROGRESS || code == EINTR else {
      throw SystemFailure(call: "connect", code: code)
    }
  }

  static func bind(_ descriptor: CInt, _ address: SocketAddress) throws(SystemFailure) {
    _ = try call("bind") {
      unsafe address.withPointer { pointer, length in
        Int(unsafe Glibc.bind(descriptor, pointer, length))
      }
    }
  }

  static func listen(_ descriptor: CInt, backlog: CInt) throws(SystemFailure) {
    _ = try call("listen") { Int(Glibc.listen(descriptor, backlog)) }
  }

  static func accept(
    _ descriptor: CInt, from address: inout SocketAddress
  ) throws(SystemFailure) -> FileDescriptor {
    let flags = CInt(SOCK_CLOEXEC.rawValue) | CInt(SOCK_NONBLOCK.rawValue)
    let number = try traffic("accept4") {
      unsafe address.withMutablePointer { pointer, length in
        Int(unsafe prv_accept(descriptor, pointer, length, flags))
      }
    }
    return FileDescriptor(owning: CInt(number))
  }

  static func shutdown(_ descriptor: CInt) {
    _ = Glibc.shutdown(descriptor, CInt(SHUT_RDWR))
  }

  static func shutdownSending(_ descriptor: CInt) {
    _ = Glibc.shutdown(descriptor, CInt(SHUT_WR))
  }

  static func localAddress(_ descriptor: CInt) -> SocketAddress? {
    var address = SocketAddress()
    let result = unsafe address.withMutablePointer { pointer, length in
      unsafe Glibc.getsockname(descriptor, pointer, length)
    }
    return result == 0 ? address : nil
  }

  static func peerAddress(_ descriptor: CInt) -> SocketAddress? {
    var address = SocketAddress()
    let result = unsafe address.withMutablePointer { pointer, length in
      unsafe Glibc.getpeername(descriptor, pointer, length)
    }
    return result == 0 ? address : nil
  }

  static func setOption(
    _ descriptor: CInt, level: CInt, _ option: CInt, _ value: CInt
  ) throws(SystemFailure) {
    var value = value
    _ = try call("setsockopt") {
      Int(
        unsafe Glibc.setsockopt(
          descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size)))
    }
  }

  /// Takes the socket's pending error, 0 when there is none.
  static func takeError(_ descriptor: CInt) -> CInt {
    var value: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    let result = unsafe Glibc.getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &value, &length)
    return result == 0 ? value : errno
  }

  // MARK: Bytes

  static func receive(
    _ descriptor: CInt, into space: UnsafeMutableRawBufferPointer
  ) throws(SystemFailure) -> Int {
    let flags = CInt(MSG_DONTWAIT)
    return try traffic("recv") {
      unsafe Glibc.recv(descriptor, space.baseAddress, space.count, flags)
    }
  }

  /// Sends what the socket takes without waiting. Never raises SIGPIPE.
  static func send(
    _ descriptor: CInt, _ buffers: UnsafeBufferPointer<iovec>
  ) throws(SystemFailure) -> Int {
    let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
    var message = unsafe msghdr()
    unsafe message.msg_iov = UnsafeMutablePointer(mutating: buffers.baseAddress)
    unsafe message.msg_iovlen = min(buffers.count, maximumBufferCount)
    return try traffic("sendmsg") { unsafe Glibc.sendmsg(descriptor, &message, flags) }
  }

  /// `IOV_MAX`: what one `sendmsg` accepts.
  static let maximumBufferCount = 1024
}
