// SPDX-License-Identifier: Apache-2.0

internal import PravegaThreads
internal import Synchronization

/// A Pravega for a test: an embedded server, or one that is there already, with scopes of the
/// test's own.
///
/// ```swift
/// override func setUpWithError() throws {
///   cluster = try TestCluster.start()
///   scope = try cluster.makeScope()
/// }
/// override func tearDown() { cluster.close() }
/// ```
///
/// An embedded server ends with its cluster also without ``close()``, soon after it is dropped; scopes that
/// were made elsewhere stay then. Safe to use from any thread.
public final class TestCluster: Sendable {
  private struct State {
    var scopes: [String] = []
    var isClosed = false
  }

  /// The server in this process; nil when the cluster is somewhere else.
  public let embedded: StandaloneServer?
  /// What clients of this cluster are configured with.
  public let clientConfig: ClientConfig
  private let monitor = Monitor(State())
  private static let counter = Atomic<Int>(0)

  private init(embedded: StandaloneServer?, clientConfig: ClientConfig) {
    self.embedded = embedded
    self.clientConfig = clientConfig
  }

  /// Starts an embedded server at free ports of the loopback address.
  ///
  /// - Parameter configuration: faults, TLS, ports and limits of the server.
  /// - Throws: ``PravegaError`` when it cannot listen.
  public static func start(
    _ configuration: StandaloneServer.Configuration = .init()
  ) throws -> TestCluster {
    let server = try StandaloneServer.start(configuration)
    do {
      var config = ClientConfig(controllerURI: try ControllerURI(server.controllerURI))
      config.trustStore = configuration.tlsCertificateFile
      return TestCluster(embedded: server, clientConfig: config)
    } catch {
      server.close()
      throw error
    }
  }

  /// Starts an embedded server whose requests go wrong as a plan says.
  ///
  /// - Throws: ``PravegaError`` when it cannot listen.
  public static func start(faults: FaultPlan) throws -> TestCluster {
    var configuration = StandaloneServer.Configuration()
    configuration.faults = faults
    return try start(configuration)
  }

  /// Uses the cluster that a controller address in the environment names, or starts an embedded
  /// server when there is none.
  ///
  /// - Parameter variable: the environment variable with the address.
  /// - Throws: ``PravegaError`` when the address cannot be read or the server cannot listen.
  public static func fromEnvironment(
    _ variable: String = "PRAVEGA_CONTROLLER_URI"
  ) throws -> TestCluster {
    guard let address = Environment.value(of: variable) else { return try start() }
    let config = ClientConfig(controllerURI: try ControllerURI(address))
    return TestCluster(embedded: nil, clientConfig: config)
  }

  // MARK: - Names

  /// A name that no other run has used.
  ///
  /// - Parameter prefix: letters, digits, `.` and `-`.
  public static func uniqueName(_ prefix: String) -> String {
    let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
    let random = String(UInt32.random(in: .min ... .max), radix: 36)
    return "\(prefix)-\(random)-\(number)"
  }

  /// Makes a scope of a unique name; ``close()`` deletes it with all that is in it.
  ///
  /// - Throws: ``PravegaError`` when the controller cannot make it.
  public func makeScope(_ prefix: String = "test") throws -> String {
    let scope = TestCluster.uniqueName(prefix)
    try administer { _ = try $0.createScope(scope) }
    monitor.withLock { $0.scopes.append(scope) }
    return scope
  }

  /// Makes a stream with a fixed number of segments.
  ///
  /// - Throws: ``PravegaError`` when the controller cannot make it.
  public func makeStream(_ scope: String, _ stream: String, segments: Int32 = 1) throws {
    let config = try StreamConfiguration(scalingPolicy: .fixed(segments))
    try administer { _ = try $0.createStream(scope: scope, stream: stream, config: config) }
  }

  /// Replaces all current segments of a stream by `count` equal ones: a split or a merge.
  ///
  /// - Parameter count: at least as many as the stream was made with.
  /// - Throws: ``PravegaError`` when the controller refuses.
  public func scale(_ scope: String, _ stream: String, to count: Int) throws {
    let ranges = (0..<max(1, count)).map {
      KeyRange(low: Double($0) / Double(count), high: Double($0 + 1) / Double(count))
    }
    let isDone = try administer { manager in
      let current = try manager.currentSegments(scope: scope, stream: stream)
      return try manager.scaleStream(
        scope: scope, stream: stream, sealing: current.map(\.segment.segmentID), newRanges: ranges)
    }
    guard isDone else {
      throw PravegaError(
        .illegalState, "\(scope)/\(stream) cannot be scaled to \(count) segments now.",
        hint: "Its segments changed meanwhile, or it was made with more of them.")
    }
  }

  /// Calls `body` with a manager that is closed afterwards.
  ///
  /// - Throws: what `body` throws.
  public func administer<R>(_ body: (StreamManager) throws -> R) throws -> R {
    let manager = try StreamManager.create(clientConfig: clientConfig)
    defer { manager.close() }
    return try body(manager)
  }

  // MARK: - The embedded server

  /// Ends the server's listeners and connections; what it stores stays.
  ///
  /// - Parameter fronts: which ones, all by default.
  public func stopNetwork(_ fronts: StandaloneServer.Front...) {
    for front in fronts.isEmpty ? StandaloneServer.Front.allCases : fronts {
      embedded?.stopNetwork(front)
    }
  }

  /// Lets the server listen again, at the same ports.
  ///
  /// - Throws: ``PravegaError`` when somebody else took a port meanwhile.
  public func startNetwork(_ fronts: StandaloneServer.Front...) throws {
    for front in fronts.isEmpty ? StandaloneServer.Front.allCases : fronts {
      try embedded?.startNetwork(front)
    }
  }

  /// Ends an embedded server, or deletes the scopes that were made elsewhere. At most half a
  /// minute; idempotent.
  public func close() {
    let scopes = monitor.withLock { state -> [String] in
      defer {
        state.scopes = []
        state.isClosed = true
      }
      return state.scopes
    }
    guard let embedded else {
      for scope in scopes { delete(scope) }
      return
    }
    embedded.close()
  }

  /// A test that failed may leave anything behind; what cannot be deleted is left.
  private func delete(_ scope: String) {
    try? administer { manager in
      if (try? manager.deleteScopeRecursive(scope)) != nil { return }
      var streams = manager.listStreams(scope: scope)
      while let stream = try streams.next() {
        _ = try? manager.sealStream(scope: scope, stream: stream.streamName)
        _ = try? manager.deleteStream(scope: scope, stream: stream.streamName)
      }
      _ = try? manager.deleteScope(scope)
    }
  }
}
