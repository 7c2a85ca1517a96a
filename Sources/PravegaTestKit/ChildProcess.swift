// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import PravegaThreads

/// A program that a test runs: started at once, written to, read from, waited for.
///
/// In the place of Foundation's `Process`, which keeps a thread and some memory for ever. One
/// thread at a time.
package final class ChildProcess {
  /// Where a standard stream of the program leads.
  package enum Stream {
    /// Nowhere.
    case null
    /// To the test.
    case pipe
    /// To a pipe that nobody reads from.
    case broken
    /// Where the test's own leads.
    case inherited
    /// Errors only: to the same place as the output.
    case output
  }

  /// How the program ended.
  package enum End: Equatable {
    case exit(Int32)
    case signal(Int32)

    /// The exit code; 128 and more for a signal, as shells count.
    package var code: Int32 {
      switch self {
      case .exit(let code): code
      case .signal(let signal): 128 + signal
      }
    }
  }

  /// The program could not be started.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  package let identifier: Int32
  private var input: ChildPipe?
  private var output: ChildPipe?
  private var errors: ChildPipe?
  private var end: End?

  /// Starts `program`, which is a path, with an environment of its own or the test's.
  package init(
    _ program: String, _ arguments: [String], environment: [String: String]? = nil,
    input: Stream = .null, output: Stream = .pipe, errors: Stream = .inherited
  ) throws {
    // One at a time, so that no program inherits an end of another one's pipes.
    let (identifier, pipes) = try Self.turn.withLock { _ in
      var spawn = Spawn()
      defer { spawn.end() }
      let pipes = try [
        spawn.connect(STDIN_FILENO, input), spawn.connect(STDOUT_FILENO, output),
        spawn.connect(STDERR_FILENO, errors),
      ]
      return (try spawn.start(program, arguments, environment), pipes)
    }
    self.identifier = identifier
    (self.input, self.output, self.errors) = (pipes[0], pipes[1], pipes[2])
  }

  private static let turn = Monitor(())

  deinit {
    guard end == nil else { return }
    kill(SIGKILL)
    _ = wait()
  }

  // MARK: - Its streams

  /// Writes to its standard input. What it does not take because it has ended is lost.
  package func write(_ text: String) { input?.write(Array(text.utf8)) }

  /// Ends its standard input.
  package func closeInput() { input = nil }

  /// The next line of its output, without the line feed; nil at the end.
  package func readLine() -> String? {
    output?.readLine().map { String(decoding: $0, as: UTF8.self) }
  }

  /// The rest of its output.
  package func readOutput() -> String { String(decoding: output?.readAll() ?? [], as: UTF8.self) }

  /// The rest of its complaints.
  package func readErrors() -> String { String(decoding: errors?.readAll() ?? [], as: UTF8.self) }

  // MARK: - Its end

  package func kill(_ signal: Int32 = SIGTERM) {
    if end == nil { _ = Glibc.kill(identifier, signal) }
  }

  /// Blocks until the program has ended.
  @discardableResult
  package func wait() -> End {
    if let end { return end }
    var status: Int32 = 0
    while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    let signal = status & 0x7F
    let end = signal == 0 ? End.exit(status >> 8 & 0xFF) : .signal(signal)
    self.end = end
    return end
  }

  /// Runs a program to its end.
  ///
  /// - Returns: the exit code, what it printed, and what it complained about.
  package static func run(
    _ program: String, _ arguments: [String], environment: [String: String]? = nil,
    text: String = "", output: Stream = .pipe, errors: Stream = .pipe
  ) throws -> (code: Int32, output: String, complaints: String) {
    let process = try ChildProcess(
      program, arguments, environment: environment, input: .pipe, output: output, errors: errors)
    process.write(text)
    process.closeInput()
    let (output, complaints) = (process.readOutput(), process.readErrors())
    return (process.wait().code, output, complaints)
  }
}
