// SPDX-License-Identifier: Apache-2.0

/// The time that a writer noted last, and how far it had written then.
package struct WriterMark: Sendable, Equatable {
  package var time: Int64
  package var position: CutMap
  package var isAlive = true
  /// When the writer was first seen lagging behind the watermark.
  var laggingSince: Int64?

  init(time: Int64, position: CutMap) {
    self.time = time
    self.position = position
  }
}

package enum NoteTimeStatus: Int32, Sendable {
  case success = 0
  case invalidTime, invalidPosition, internalError
}

package enum RemoveWriterStatus: Int32, Sendable {
  case success = 0
  case unknownWriter, streamDoesNotExist, internalError
}

extension StreamRecord {
  /// Times and positions of a writer never go back. Positions are not checked against the
  /// stream: they may be partial.
  mutating func noteTime(_ time: Int64, position: CutMap, of writer: String) -> NoteTimeStatus {
    guard let mark = writers[writer] else {
      writers[writer] = WriterMark(time: time, position: position)
      return .success
    }
    guard time >= mark.time else { return .invalidTime }
    let goesBack = position.contains { id, offset in mark.position[id].map { offset < $0 } ?? false
    }
    guard !goesBack else { return .invalidPosition }
    writers[writer] = WriterMark(time: time, position: position)
    return .success
  }

  mutating func removeWriter(_ writer: String) -> RemoveWriterStatus {
    guard writers[writer] != nil else { return .unknownWriter }
    writers[writer]?.isAlive = false
    return .success
  }
}
