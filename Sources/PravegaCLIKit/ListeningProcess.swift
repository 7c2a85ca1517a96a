// SPDX-License-Identifier: Apache-2.0

/// Finds who serves a port of this machine, so that a benchmark can say what the server spent.
package enum ListeningProcess {
  /// The process that listens on a TCP port here, or nil: another machine, or another user's.
  package static func id(port: UInt16) -> Int32? {
    let inodes = Set(
      ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { socketInodes(ProcFile.read($0), port) })
    guard !inodes.isEmpty else { return nil }
    let wanted = Set(inodes.map { "socket:[\($0)]" })
    for name in ProcFile.names(in: "/proc") {
      guard let id = Int32(name) else { continue }
      let directory = "/proc/\(id)/fd"
      for descriptor in ProcFile.names(in: directory) {
        if let link = ProcFile.link(directory + "/" + descriptor), wanted.contains(link) {
          return id
        }
      }
    }
    return nil
  }

  /// Inodes of the listening sockets of a port, from the text of `/proc/net/tcp`.
  static func socketInodes(_ text: String, _ port: UInt16) -> [String] {
    text.split(separator: "\n").dropFirst().compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 9, fields[3] == "0A" else { return nil }
      let number = fields[1].split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
      return number == port ? String(fields[9]) : nil
    }
  }
}
