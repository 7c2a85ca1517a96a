// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// Wall clock and CPU of this process and of the server, from the start of a measurement on.
struct BenchMeter {
  private let serverProcess: Int32?
  private let start: ContinuousClock.Instant
  private let cpu: Double
  private let serverCPU: Double?

  struct Reading {
    var wallSeconds: Double
    var cpuSeconds: Double
    var serverCPUSeconds: Double?
    var peakResidentMiB: Double
  }

  /// - Parameter serverPort: Where the server listens; it counts only if it runs on this machine.
  init(serverPort: UInt16?) {
    serverProcess = serverPort.flatMap { ListeningProcess.id(port: $0) }
    serverCPU = serverProcess.flatMap { ProcessUsage.cpuSeconds(ofProcess: $0) }
    cpu = ProcessUsage.cpuSeconds()
    start = .now
  }

  func read() -> Reading {
    let wall = (ContinuousClock.now - start).inSeconds
    let spent = ProcessUsage.cpuSeconds() - cpu
    let serverNow = serverProcess.flatMap { ProcessUsage.cpuSeconds(ofProcess: $0) }
    var server: Double?
    if let serverNow, let serverCPU { server = serverNow - serverCPU }
    return Reading(
      wallSeconds: wall, cpuSeconds: spent, serverCPUSeconds: server,
      peakResidentMiB: ProcessUsage.peakResidentMiB())
  }
}
