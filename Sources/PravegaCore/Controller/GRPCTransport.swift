// SPDX-License-Identifier: Apache-2.0

internal import PravegaGRPC
package import PravegaNet
package import PravegaThreads

/// One controller over gRPC. A channel that has failed is replaced at the next call, which looks the
/// host name up again.
package final class GRPCTransport: UnaryTransport {
  private struct State {
    var channel: GRPCChannel?
    var isClosed = false
  }

  private let configuration: GRPCChannelConfiguration
  private let monitor = Monitor(State())

  /// - Parameters:
  ///   - silence: how long a caller hears nothing before he has the controller asked, and how long
  ///     after that the connection counts as broken.
  ///   - connect: makes the connection, TLS included; plain TCP when nil.
  package init(
    _ endpoint: Endpoint, isTLS: Bool = false, connectTimeout: Duration = .seconds(5),
    silence: Duration = .seconds(4),
    connect: (@Sendable (Endpoint, Deadline, Interrupt) throws(NetError) -> any Transport)? = nil
  ) {
    var configuration = GRPCChannelConfiguration(
      authority: endpoint.description, isSecure: isTLS
    ) { (deadline, interrupt) throws(NetError) in
      guard let connect else {
        return try connectTCP(to: endpoint, deadline: deadline, interrupt: interrupt)
      }
      return try connect(endpoint, deadline, interrupt)
    }
    configuration.connectTimeout = connectTimeout
    configuration.silence = silence
    configuration.silenceTimeout = silence
    configuration.threadName = "prv-io-ctrl"
    self.configuration = configuration
  }

  package func call(
    path: String, metadata: [(name: String, value: String)], body: [UInt8], deadline: Deadline
  ) throws(CallFailure) -> [UInt8] {
    guard let channel = channel() else { throw CallFailure(.closed) }
    var fields = GRPCMetadata()
    for (name, value) in metadata {
      fields.add(name, value, isSecret: name == "authorization")
    }
    do throws(GRPCError) {
      return try channel.call(path, metadata: fields, request: body, deadline: deadline).message
    } catch {
      throw failure(error)
    }
  }

  /// A caller whose channel was replaced by another caller, before he could use it, is to try again.
  private func failure(_ error: GRPCError) -> CallFailure {
    var failure = CallFailure(error)
    if failure.kind == .closed, !monitor.withLock({ $0.isClosed }) {
      failure.kind = .connectionLost
    }
    return failure
  }

  /// The channel in use, or another where it cannot be used any more.
  private func channel() -> GRPCChannel? {
    let current = monitor.withLock { $0.channel }
    if let current, current.isUsable { return current }
    let (channel, old) = monitor.withLock { state -> (GRPCChannel?, GRPCChannel?) in
      guard !state.isClosed else { return (nil, nil) }
      // Another caller may have been quicker.
      guard state.channel === current else { return (state.channel, nil) }
      let made = GRPCChannel(configuration)
      state.channel = made
      return (made, current)
    }
    // Its connection is down, so this joins a thread that is about to end.
    old?.close(until: .after(.seconds(1)))
    return channel
  }

  package func close(until deadline: Deadline) {
    let channel = monitor.withLock { state in
      state.isClosed = true
      return state.channel.take()
    }
    channel?.close(until: deadline)
  }
}
