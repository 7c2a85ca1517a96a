// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc
internal import Synchronization

/// A named thread of the library. The only place that makes threads.
///
/// The thread is detached; ``join(until:)`` waits for the end of its body with a deadline, which
/// `pthread_join` cannot do.
package final class Worker: Sendable {
  private let finished = Promise<Void>()
  private let thread = Monitor<pthread_t?>(nil)
  private static let live = Atomic<Int>(0)
  /// Enough for TLS handshakes and decoding; a thread per connection has to stay cheap.
  private static let stackByteCount = 512 * 1024

  private let name: String

  /// A thread that is still to be started: it may be waited for already.
  ///
  /// - Parameter name: at most 15 bytes reach the kernel, for example `prv-io-3`.
  package init(name: String) { self.name = name }

  /// Threads of the library whose body has not returned.
  package static var liveCount: Int { live.load(ordering: .acquiring) }

  /// Whether the calling thread was started by ``start(name:_:)``.
  package static var isLibraryThread: Bool { ThreadLabel.isMarked }

  /// Lets `malloc` keep memory for so many groups of threads at most, instead of for eight for each
  /// core; for the whole process, and only before there are other threads.
  package static func limitArenas(to count: Int) {
    prv_limit_arenas(CInt(clamping: count))
  }

  /// Starts a thread.
  ///
  /// - Parameter name: at most 15 bytes reach the kernel, for example `prv-io-3`.
  package static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Worker {
    let worker = Worker(name: name)
    worker.start(body)
    return worker
  }

  /// Starts the thread. Once; not under a lock.
  package func start(_ body: @escaping @Sendable () -> Void) {
    Worker.live.add(1, ordering: .acquiringAndReleasing)
    launch(
      ThreadStart(name: name) { [self] in
        body()
        Worker.live.subtract(1, ordering: .acquiringAndReleasing)
        finished.succeed(())
      })
  }

  /// Whether the calling thread is this worker's.
  package var isCurrent: Bool {
    guard let thread = thread.withLock({ $0 }) else { return false }
    return pthread_equal(thread, pthread_self()) != 0 && Worker.isLibraryThread
  }

  /// Waits until the body has returned. False when the deadline passed first, and at once on the
  /// worker's own thread.
  @discardableResult
  package func join(until deadline: Deadline) -> Bool {
    if isCurrent { return false }
    return (try? finished.future.get(until: deadline)) != nil
  }

  package var hasFinished: Bool { finished.future.peek() != nil }

  /// False when the system had no thread to give; the body is then dropped unrun.
  package var didStart: Bool { thread.withLock { $0 } != nil }

  private func launch(_ start: ThreadStart) {
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, Worker.stackByteCount)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    thread.withLock { thread in
      var created = pthread_t()
      let argument = unsafe Unmanaged.passRetained(start)
      let code = unsafe pthread_create(
        &created, &attributes,
        { argument in
          guard let argument = unsafe argument else { return nil }
          let start = unsafe Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
          start.run()
          return nil
        }, argument.toOpaque())
      if code == 0 {
        thread = created
      } else {
        // The body will never run. Dropping it fails the promises that it holds.
        unsafe argument.release()
        finished.fail(PromiseError.abandoned)
        Worker.live.subtract(1, ordering: .acquiringAndReleasing)
      }
    }
  }
}

private final class ThreadStart: Sendable {
  let name: String
  let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  func run() {
    unsafe name.withCString { unsafe prv_set_thread_name($0) }
    ThreadLabel.mark()
    body()
  }
}

/// A thread-local mark on the library's own threads.
private enum ThreadLabel {
  static let key: pthread_key_t = {
    var key = pthread_key_t()
    unsafe pthread_key_create(&key, nil)
    return key
  }()

  static func mark() { unsafe pthread_setspecific(key, UnsafeRawPointer(bitPattern: 1)) }

  static var isMarked: Bool { unsafe pthread_getspecific(key) != nil }
}
