// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What went wrong with a descriptor that a person attached to the program.
package struct OutputError: Error, CustomStringConvertible, Equatable {
  /// `standard output`, `standard input`, or a file's name.
  package var target: String
  package var call: String
  package var errno: Int32

  package init(target: String, call: String, errno: Int32) {
    self.target = target
    self.call = call
    self.errno = errno
  }

  /// The program that read our output went away: nothing more to do, and nobody to do it for.
  package var isClosedPipe: Bool { errno == EPIPE }

  package var description: String {
    switch errno {
    case EPIPE:
      "\(target) was closed by the program that read it (\(cause)); the rest is not written"
    case ENOSPC, EDQUOT, EFBIG:
      "\(target) cannot take more: no space is left (\(cause)); free some, or write elsewhere"
    case ENOENT: "there is no file \(target) (\(cause)); check the path"
    case EACCES, EPERM:
      "\(target) may not be opened by this user (\(cause)); check its owner and mode"
    case EBADF: "\(target) is closed (\(cause)); give the program one"
    case EISDIR: "\(target) is a directory (\(cause)); name a file"
    default: "cannot use \(target) (\(cause))"
    }
  }

  private var cause: String { "\(call): \(Errno.name(errno)) (\(errno))" }
}

/// Names for the numbers, since messages that are searched for need them.
package enum Errno {
  package static func name(_ code: Int32) -> String {
    switch code {
    case EPERM: "EPERM"
    case ENOENT: "ENOENT"
    case EIO: "EIO"
    case EBADF: "EBADF"
    case EAGAIN: "EAGAIN"
    case ENOMEM: "ENOMEM"
    case EACCES: "EACCES"
    case EISDIR: "EISDIR"
    case ENOTDIR: "ENOTDIR"
    case EINVAL: "EINVAL"
    case EMFILE: "EMFILE"
    case ENFILE: "ENFILE"
    case EFBIG: "EFBIG"
    case ENOSPC: "ENOSPC"
    case EROFS: "EROFS"
    case EPIPE: "EPIPE"
    case EDQUOT: "EDQUOT"
    default: "errno"
    }
  }
}
