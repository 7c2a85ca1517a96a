// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

/// The controller's calls by name: bytes in, bytes out. The network front and tests feed it.
package final class ControllerService: Sendable {
  package let core: ControllerCore
  let access: any AccessControl
  /// The segment store's address for a caller.
  let storeAddress: @Sendable (ControllerCaller) -> (host: String, port: UInt16)

  package init(
    core: ControllerCore, access: any AccessControl = OpenAccess(),
    storeAddress: @escaping @Sendable (ControllerCaller) -> (host: String, port: UInt16)
  ) {
    self.core = core
    self.access = access
    self.storeAddress = storeAddress
  }

  package static let name = Proto.ControllerService.name

  package static var methods: [String] { Array(handlers.keys) }

  /// Answers one call. Blocks while another call changes the same stream.
  ///
  /// - Returns: nil when there is no such method.
  /// - Throws: ``ControllerFailure``.
  package func answer(
    _ method: String, _ body: [UInt8], from caller: ControllerCaller
  ) throws -> [UInt8]? {
    guard let handler = ControllerService.handlers[method] else { return nil }
    do {
      return try handler(ControllerCall(service: self, caller: caller), body)
    } catch let failure as ControllerFailure {
      throw failure
    } catch let error as StoreError {
      throw ControllerFailure.store("\(error)")
    } catch {
      throw ControllerFailure.invalidArgument("\(error)")
    }
  }

  typealias Handler = @Sendable (ControllerCall, [UInt8]) throws -> [UInt8]

  /// One entry of the table below.
  private static func on<Request: ProtobufMessage, Reply: ProtobufMessage>(
    _ method: ProtobufMethod<Request, Reply>,
    _ body: @escaping @Sendable (ControllerCall) -> (Request) throws -> Reply
  ) -> (String, Handler) {
    (method.name, { call, bytes in try body(call)(Request(protobuf: bytes)).serialized() })
  }

  /// All calls of a 0.13 controller. One without mapping of buckets: it came later.
  private static let handlers = Dictionary(
    uniqueKeysWithValues: [
      on(Proto.ControllerService.getControllerServerList, ControllerCall.getControllerServerList),
      on(Proto.ControllerService.createScope, ControllerCall.createScope),
      on(Proto.ControllerService.listScopes, ControllerCall.listScopes),
      on(Proto.ControllerService.checkScopeExists, ControllerCall.checkScopeExists),
      on(Proto.ControllerService.deleteScope, ControllerCall.deleteScope),
      on(Proto.ControllerService.deleteScopeRecursive, ControllerCall.deleteScopeRecursive),
      on(Proto.ControllerService.createStream, ControllerCall.createStream),
      on(Proto.ControllerService.updateStream, ControllerCall.updateStream),
      on(Proto.ControllerService.truncateStream, ControllerCall.truncateStream),
      on(Proto.ControllerService.sealStream, ControllerCall.sealStream),
      on(Proto.ControllerService.deleteStream, ControllerCall.deleteStream),
      on(Proto.ControllerService.checkStreamExists, ControllerCall.checkStreamExists),
      on(Proto.ControllerService.getStreamConfiguration, ControllerCall.getStreamConfiguration),
      on(Proto.ControllerService.listStreamsInScope, ControllerCall.listStreamsInScope),
      on(Proto.ControllerService.listStreamsInScopeForTag, ControllerCall.listStreamsForTag),
      on(Proto.ControllerService.getCurrentSegments, ControllerCall.getCurrentSegments),
      on(Proto.ControllerService.getEpochSegments, ControllerCall.getEpochSegments),
      on(Proto.ControllerService.getSegments, ControllerCall.getSegments),
      on(Proto.ControllerService.getSegmentsImmediatlyFollowing, ControllerCall.getSuccessors),
      on(Proto.ControllerService.getSegmentsImmediatelyFollowing, ControllerCall.getSuccessors),
      on(Proto.ControllerService.getSegmentsBetween, ControllerCall.getSegmentsBetween),
      on(Proto.ControllerService.scale, ControllerCall.scale),
      on(Proto.ControllerService.checkScale, ControllerCall.checkScale),
      on(Proto.ControllerService.getURI, ControllerCall.getURI),
      on(Proto.ControllerService.isSegmentValid, ControllerCall.isSegmentValid),
      on(Proto.ControllerService.isStreamCutValid, ControllerCall.isStreamCutValid),
      on(Proto.ControllerService.createTransaction, ControllerCall.createTransaction),
      on(Proto.ControllerService.commitTransaction, ControllerCall.commitTransaction),
      on(Proto.ControllerService.abortTransaction, ControllerCall.abortTransaction),
      on(Proto.ControllerService.pingTransaction, ControllerCall.pingTransaction),
      on(Proto.ControllerService.checkTransactionState, ControllerCall.checkTransactionState),
      on(Proto.ControllerService.listCompletedTransactions, ControllerCall.listCompleted),
      on(Proto.ControllerService.getDelegationToken, ControllerCall.getDelegationToken),
      on(Proto.ControllerService.noteTimestampFromWriter, ControllerCall.noteTimestamp),
      on(Proto.ControllerService.removeWriter, ControllerCall.removeWriter),
      on(Proto.ControllerService.createReaderGroup, ControllerCall.createReaderGroup),
      on(Proto.ControllerService.getReaderGroupConfig, ControllerCall.getReaderGroupConfig),
      on(Proto.ControllerService.deleteReaderGroup, ControllerCall.deleteReaderGroup),
      on(Proto.ControllerService.updateReaderGroup, ControllerCall.updateReaderGroup),
      on(Proto.ControllerService.listSubscribers, ControllerCall.listSubscribers),
      on(Proto.ControllerService.updateSubscriberStreamCut, ControllerCall.updateSubscriber),
      on(Proto.ControllerService.createKeyValueTable, ControllerCall.createTable),
      on(Proto.ControllerService.getCurrentSegmentsKeyValueTable, ControllerCall.tableSegments),
      on(Proto.ControllerService.listKeyValueTablesInScope, ControllerCall.listTables),
      on(Proto.ControllerService.getKeyValueTableConfiguration, ControllerCall.tableConfig),
      on(Proto.ControllerService.deleteKeyValueTable, ControllerCall.deleteTable),
    ])
}
