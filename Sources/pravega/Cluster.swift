// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCLIKit

/// Writers and readers of one scope.
final class Cluster: Sendable {
  private let factory: EventStreamClientFactory
  private let groups: ReaderGroupManager
  private let connection: Connection
  private let scope: String

  init(_ connection: Connection, scope: String) throws {
    self.connection = connection
    self.scope = scope
    let configuration = try connection.configuration()
    factory = try EventStreamClientFactory.withScope(scope, config: configuration)
    groups = try ReaderGroupManager.withScope(scope, config: configuration)
  }

  func openSink(_ stream: String) throws -> ClientSink {
    ClientSink(
      writer: try factory.createEventWriter(stream: stream, serializer: ByteArraySerializer()),
      name: "\(scope)/\(stream)", timeout: connection.timeout)
  }

  /// Whether the group is new. One that exists keeps its own bounds.
  func createGroup(_ group: String, _ name: StreamName, _ bounds: GroupBounds) throws -> Bool {
    var tail = StreamCut.unbounded
    if bounds.beginsAtTail || bounds.endsAtTail {
      tail = try Administration(connection).tail(name)
    }
    if bounds.beginsAtTail, tail == .unbounded {
      throw Program.Report(
        "the stream '\(name)' is sealed: nothing comes after its end",
        hint: "Read it from its start.", exitCode: .conflict, code: "segmentSealed")
    }
    let configuration = try ReaderGroupConfig.builder()
      .stream(
        name.pravegaStream(), from: bounds.beginsAtTail ? tail : .unbounded,
        to: bounds.endsAtTail ? tail : .unbounded
      ).build()
    do {
      return try groups.createReaderGroup(group, config: configuration)
    } catch let error as PravegaError where error.code == .configMismatch {
      return false
    }
  }

  func deleteGroup(_ group: String) throws { try groups.deleteReaderGroup(group) }

  func openSource(group: String, reader: String) throws -> ClientSource {
    ClientSource(
      reader: try factory.createReader(
        readerId: reader, readerGroup: group, serializer: ByteArraySerializer()))
  }

  func close() {
    factory.close()
    groups.close()
  }
}

/// The client's writer as the commands use it.
struct ClientSink: EventSink {
  let writer: EventStreamWriter<[UInt8]>
  let name: String
  /// For each call; the writer itself would be more patient.
  let timeout: Duration

  func write(_ event: [UInt8], key: String?) throws -> WriteFuture {
    try explained { try writer.writeEvent(event, routingKey: key, timeout: timeout) }
  }

  func wait(for acknowledgement: WriteFuture) throws {
    try explained { try acknowledgement.get(timeout: timeout) }
  }

  func flush() throws { try explained { try writer.flush(timeout: timeout) } }
  func close() throws { try writer.close() }

  private func explained<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch PravegaError.Code.timeout {
      throw Program.Report(
        "\(name): no acknowledgement came for \(Human.duration(timeout))",
        hint: "The last events may still be stored. Check the segment store, or raise --timeout.",
        exitCode: .timedOut, code: "timeout")
    }
  }
}

/// The client's reader as the commands use it.
struct ClientSource: EventSource {
  let reader: EventStreamReader<[UInt8]>

  func next(timeout: Duration) throws -> SourceRead {
    let read = try reader.readNextEvent(timeout: timeout)
    switch read.kind {
    case .event: return read.event.map(SourceRead.event) ?? .nothing
    case .checkpoint, .timeout: return .nothing
    case .endOfData: return .end
    }
  }

  func close() throws { try reader.close() }
}
