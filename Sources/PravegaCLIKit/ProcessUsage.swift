// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What processes have spent so far: this one, or another of this machine.
package enum ProcessUsage {
  /// User and system time of this process.
  package static func cpuSeconds() -> Double {
    var usage = rusage()
    unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }

  /// The largest resident set so far, in MiB; 0 where the kernel does not tell.
  package static func peakResidentMiB() -> Double {
    let prefix = "VmHWM:"
    for line in ProcFile.read("/proc/self/status").split(separator: "\n")
    where line.hasPrefix(prefix) {
      let number = line.dropFirst(prefix.count).drop { !$0.isNumber }.prefix { $0.isNumber }
      return (Double(number) ?? 0) / 1024
    }
    return 0
  }

  /// User and system time of another process, or nil when it is not on this machine.
  package static func cpuSeconds(ofProcess id: Int32) -> Double? {
    cpuSeconds(fromStat: ProcFile.read("/proc/\(id)/stat"))
  }

  /// The command's name may hold spaces and parentheses: fields count from the last one.
  static func cpuSeconds(fromStat text: String) -> Double? {
    guard let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
      return nil
    }
    let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
    return ticks > 0 ? (user + system) / ticks : nil
  }

  private static func seconds(_ value: timeval) -> Double {
    Double(value.tv_sec) + Double(value.tv_usec) / 1e6
  }
}

/// Small files of `/proc`, whose sizes are not known before they are read.
enum ProcFile {
  static let limit = 8 << 20

  /// The text, or nothing when it cannot be read.
  static func read(_ path: String) -> String {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16 << 10)
    while bytes.count < limit {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  static func link(_ path: String) -> String? {
    var target = [UInt8](repeating: 0, count: 256)
    let count = unsafe target.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return -1 }
      return unsafe readlink(path, base.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    return count > 0 ? String(decoding: target[..<count], as: UTF8.self) : nil
  }

  static func names(in directory: String) -> [String] {
    guard let handle = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      names.append(name)
    }
    return names
  }
}
