// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaCLIKit
import PravegaStandalone
import PravegaThreads

/// Runs the embedded server until a signal comes.
struct StandaloneRunner {
  private let settings: StandaloneSettings

  init(_ settings: StandaloneSettings) { self.settings = settings }

  func run() throws -> ExitCode {
    let ended = Promise<Void>()
    _ = Interruption.watch { ended.succeed(()) }
    let server = try StandaloneServer.start(configuration())
    defer { server.close() }
    let output = Output()
    try output.line("READY controller=\(server.controllerURI) store=\(server.storeEndpoint)")
    try output.flush()
    try ended.future.get(until: .distantFuture)
    return .ok
  }

  private func configuration() throws -> StandaloneServer.Configuration {
    var configuration = StandaloneServer.Configuration()
    configuration.host = settings.host
    configuration.controllerPort = settings.controllerPort
    configuration.storePort = settings.storePort
    configuration.announce = settings.announced
    configuration.tlsCertificateFile = settings.certificateFile
    configuration.tlsKeyFile = settings.keyFile
    configuration.maxMemory = settings.maxMemory
    configuration.faults = try faults()
    configuration.logSink = { Console.say("pravega standalone: \($0)") }
    configuration.seeds = settings.seeds.map {
      .init(scope: $0.scope, stream: $0.stream, segments: Int32($0.segments))
    }
    return configuration
  }

  private func faults() throws -> FaultPlan? {
    guard !settings.faults.isEmpty else { return nil }
    do {
      return try FaultPlan(settings.faults.joined(separator: ","))
    } catch {
      throw Program.Report(
        error.description, hint: "See 'pravega standalone --help'.", exitCode: .usage)
    }
  }
}
