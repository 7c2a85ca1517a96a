// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Glibc

/// What `posix_spawn` is told.
struct Spawn {
  private var actions = posix_spawn_file_actions_t()
  private var attributes = posix_spawnattr_t()
  /// The program's ends of pipes, closed here once it has them.
  private var theirs: [CInt] = []

  init() {
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    // What this process ignores or blocks is no business of the program.
    var (all, none) = (sigset_t(), sigset_t())
    sigfillset(&all)
    sigemptyset(&none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGDEF) | Int16(POSIX_SPAWN_SETSIGMASK))
  }

  mutating func end() {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
    for descriptor in theirs { close(descriptor) }
    theirs = []
  }

  /// Returns the test's end where there is one.
  mutating func connect(_ number: CInt, _ stream: ChildProcess.Stream) throws -> ChildPipe? {
    switch stream {
    case .inherited: return nil
    case .null:
      posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
      return nil
    case .output:
      posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, number)
      return nil
    case .pipe, .broken:
      var ends: [CInt] = [-1, -1]
      guard Glibc.pipe(&ends) == 0 else {
        throw ChildProcess.Failure(description: "pipe: errno \(errno)")
      }
      for descriptor in ends { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
      let isInput = number == STDIN_FILENO
      let (own, other) = isInput ? (ends[1], ends[0]) : (ends[0], ends[1])
      posix_spawn_file_actions_adddup2(&actions, other, number)
      theirs.append(other)
      let pipe = ChildPipe(own)
      if case .broken = stream { return nil }
      return pipe
    }
  }

  mutating func start(
    _ program: String, _ arguments: [String], _ environment: [String: String]?
  ) throws -> Int32 {
    var process: pid_t = 0
    closeOthers()
    let words = ([program] + arguments).map { strdup($0) } + [nil]
    let environment = environment ?? ProcessInfo.processInfo.environment
    let settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + settings { free(text) } }
    let code = posix_spawn(&process, program, &actions, &attributes, words, settings)
    guard code == 0 else {
      throw ChildProcess.Failure(description: "\(program): errno \(code)")
    }
    return process
  }

  /// The program is not to have what this process has open. One that is closed meanwhile does no
  /// harm.
  private mutating func closeOthers() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    for number in names.compactMap({ CInt($0) }) where number > STDERR_FILENO {
      posix_spawn_file_actions_addclose(&actions, number)
    }
  }
}
