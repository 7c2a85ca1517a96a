// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaNet
import PravegaStandalone
import PravegaThreads

/// A client engine and an embedded server that it speaks to over sockets.
final class LiveCluster {
  let server: StandaloneServer
  let controller: ControllerClient
  let core: ClientCore
  var soon: Deadline { .after(.seconds(30)) }

  init(segments: Int32 = 1, faults: FaultPlan? = nil) throws {
    var configuration = StandaloneServer.Configuration()
    configuration.seeds = [.init(scope: "scope", stream: "s", segments: segments)]
    configuration.faults = faults
    server = try StandaloneServer.start(configuration)
    let uri = try ControllerURI(server.controllerURI)
    controller = ControllerClient(ControllerSettings(uri: uri)) { GRPCTransport($0) }
    core = ClientCore(directory: controller, factory: SocketConnectionFactory())
  }

  let stream = PravegaStream(uncheckedScope: "scope", stream: "s")

  var groups: ReaderGroups { ReaderGroups(core, controller, scope: "scope") }

  func close() {
    core.close()
    controller.close(until: .after(.seconds(5)))
    server.close()
  }

  /// Appends framed events to a segment, one by one.
  func write(_ events: [String], to number: Int32 = 0, epoch: Int32 = 0) throws {
    let segment = Segment(stream, segmentID: Segment.id(number: number, epoch: epoch))
    let raw = RevisionedSegment(StoreSegment(core, segment: segment))
    for event in events { try raw.write(Array(event.utf8), until: soon) }
    raw.raw.close()
  }
}
