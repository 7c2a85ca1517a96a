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

  /// By when a request that starts now has to be answered.
  package var deadline: Deadline { .after(config.requestTimeout) }

  /// Ends all threads and connections; blocked calls fail with `objectClosed`. Idempotent.
  package func close() {
    let deadline = Deadline.after(.seconds(10))
    // Blocked callers first: they wait for nothing of what follows.
    core.closing.close()
    // Then the controller, so that repair threads which wait for the controller come back.
    controller.close(until: deadline)
    core.close(until: deadline)
  }
}
