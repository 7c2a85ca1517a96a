// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads

/// Asks again and again until a condition holds.
///
/// Blocks the calling thread until `condition` returns true, at most `duration`. For conditions
/// that nobody signals; where there is a future or a result, wait for that.
///
/// - Returns: whether the condition came to hold.
/// - Throws: what `condition` throws, at once.
public func eventually(
  within duration: Duration = .seconds(10), _ condition: () throws -> Bool
) rethrows -> Bool {
  let deadline = Deadline.after(duration)
  let nothing = Monitor(())
  var pause = Duration.milliseconds(1)
  while true {
    if try condition() { return true }
    if deadline.hasPassed { return false }
    nothing.wait(until: Deadline.earlier(deadline, .after(pause))) { _ -> Void? in nil }
    pause = min(pause * 2, .milliseconds(50))
  }
}

/// Runs `body` on `count` threads at once and waits for all of them.
///
/// - Parameter body: gets the thread's number, from 0 on.
/// - Throws: the first error of any.
public func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws {
  let failure = Monitor<(any Error)?>(nil)
  let workers = (0..<count).map { number in
    Worker.start(name: "test-\(number)") {
      do { try body(number) } catch {
        failure.withLock { $0 = $0 ?? error }
      }
    }
  }
  for worker in workers { _ = worker.join(until: .distantFuture) }
  if let error = failure.withLock({ $0 }) { throw error }
}
