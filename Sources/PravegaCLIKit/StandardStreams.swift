// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The first three descriptors of the process.
package enum StandardStreams {
  /// Puts something under those that the shell has closed, before a socket or pipe of ours gets their
  /// number and is read or written in their place. It is open the wrong way round, so that using it
  /// still is the error that it was.
  package static func occupy() {
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) < 0 && errno == EBADF {
      let flags = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
      // The lowest free number is this one.
      _ = unsafe open("/dev/null", flags)
    }
  }
}
