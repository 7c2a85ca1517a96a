// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// A controller client and an engine made from one configuration: what a factory or manager owns.
package final class Client: Sendable {
  package let config: ClientConfig
  package let controller: ControllerClient
  package let core: ClientCore

  /// Opens nothing yet.
  ///
  /// - Parameters:
  ///   - factory: makes connections to the stores; by default plain or TLS sockets.
  ///   - tune: changes what a configuration has no words for.
  /// - Throws: `invalidArgument` when a certificate file cannot be used.
  package init(
    _ config: ClientConfig, factory: (any ConnectionFactory)? = nil,
    tune: (inout EngineSettings) -> Void = { _ in }
  ) throws(PravegaError) {
    self.config = config
    var settings = ControllerSettings(
      uri: config.controllerURI,
      credentials: config.credentials ?? TokenCredentials.fromEnvironment(),
      enableTLS: config.isTLSEnabledToController)
    settings.connectTimeout = config.connectTimeout
    let connector = try TLSConnector(config, attemptTimeout: settings.attemptTimeout)
    controller = ControllerClient(settings) { endpoint in
      connector.controllerTransport(endpoint)
    }
    var engine = EngineSettings()
    engine.writeBufferBytes = config.writeBufferSize
    engine.readBufferBytes = config.readBufferSize
    engine.maxConnectionsPerSegmentStore = config.maxConnectionsPerSegmentStore
    engine.connectTimeout = config.connectTimeout
    engine.requestTimeout = config.requestTimeout
    tune(&engine)
    core = ClientCore(
      directory: controller, factory: factory ?? connector.storeFactory, settings: engine,
      log: Logger(config.logSink))
  }

  /// Dropped without a close: ends as soon as writers that were dropped, too, have stored what they
  /// had, after ``EngineSettings/dropPatience`` at the latest. Takes no time, and joins no thread.
  deinit {
    guard !core.hasClosed else { return }
    let end: @Sendable () -> Void = { [core, controller] in
      Self.close(core, controller, until: .now)
    }
    core.closing.whenAlone(end)
    guard !core.hasClosed else { return }
    core.timers.schedule(after: core.settings.dropPatience, end)
  }

  /// By when a request that starts now has to be answered.
  package var deadline: Deadline { .after(config.requestTimeout) }

  /// Ends all threads and connections; blocked calls fail with `objectClosed`. Idempotent.
  package func close() { Self.close(core, controller, until: .after(.seconds(10))) }

  private static func close(
    _ core: ClientCore, _ controller: ControllerClient, until deadline: Deadline
  ) {
    // Blocked callers first: they wait for nothing of what follows.
    core.closing.close()
    // Then the controller, so that repair threads which wait for the controller come back.
    controller.close(until: deadline)
    // A log's code that closes runs on one of the threads that would be waited for, and so may that of
    // another thread: each would wait for the other.
    core.close(until: Worker.isLibraryThread ? .now : deadline)
  }
}
