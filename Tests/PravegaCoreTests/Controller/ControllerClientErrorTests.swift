// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaProtobuf
import PravegaTestKit
import PravegaThreads
import XCTest

/// What a person reads after a mistake.
final class ControllerClientErrorTests: LeakCheckedTestCase {
  private let stream = PravegaStream(uncheckedScope: "s", stream: "t")

  private func text(_ failure: CallFailure) -> String {
    failure.asError(endpoint: "host:9090", isTLS: false).description
  }

  func testMistakesInTheAddressAreExplained() {
    let expected: [(CallFailure.Kind, String)] = [
      (
        .refused,
        "Nothing listens at host:9090. Check that the controller runs and that this is its host "
          + "and port, 9090 unless configured."
      ),
      (
        .unknownHost,
        "The host of host:9090 is not known. Check the spelling of the controller's host name."
      ),
      (
        .closesAtOnce,
        "The server at host:9090 closes the connection without an answer. Use the controller's "
          + "port (9090 unless configured), not a segment store's, and tls:// if it wants TLS."
      ),
      (
        .speaksHTTP1,
        "The server at host:9090 is a web server, not a Pravega controller. Use the controller's gRPC port, "
          + "9090 unless configured."
      ),
      (
        .speaksTLS,
        "The server at host:9090 wants TLS, but was spoken to in plain text. Write the address as "
          + "tls://host:9090."
      ),
      (
        .speaksPlainText,
        "The server at host:9090 speaks plain text, but TLS was asked for. Write the address as "
          + "tcp://host:9090."
      ),
      (
        .status(16, ""),
        "The controller does not accept the credentials. Check user name and password, or the "
          + "token."
      ),
      (
        .status(7, "Authorization failed"),
        "The credentials do not allow this (Authorization failed). Ask for the right, or use "
          + "other credentials."
      ),
      (
        .status(12, ""),
        "The controller does not offer this call. Check that the server is a Pravega controller "
          + "of a version that has it."
      ),
      (
        .silent,
        "The server at host:9090 accepts connections but does not answer. Check that it is a "
          + "controller in good health."
      ),
      (
        .tooManyFiles,
        "This process has reached its limit of open files. Close what is not needed or raise the "
          + "limit (ulimit -n)."
      ),
    ]
    for (kind, text) in expected { XCTAssertEqual(self.text(CallFailure(kind)), text) }
  }

  func testAServersTextIsCutToOneLine() {
    let trace = "controllerStackTrace=a\n\tat b\u{1b}[31m" + String(repeating: "x", count: 5000)
    let text = text(CallFailure(.status(2, trace)))
    XCTAssertEqual(text, "The controller answered UNKNOWN (controllerStackTrace=a).")
  }

  private func check(
    _ reply: some ProtobufMessage, _ expected: PravegaError.Code, line: UInt = #line,
    _ call: (ControllerClient, Deadline) throws -> Void
  ) {
    let bytes = reply.serialized()
    let controllers = ScriptedControllers { (_) throws(CallFailure) in bytes }
    XCTAssertThrowsError(try call(controllers.client(), controllers.deadline()), line: line) {
      let error = $0 as? PravegaError
      XCTAssertEqual(error?.code, expected, line: line)
      XCTAssertFalse(error?.context.operation.isEmpty ?? true, line: line)
    }
  }

  func testStatusesOfScopesAndStreamsBecomeErrors() throws {
    check(Proto.CreateScopeStatus(status: .invalidScopeName), .invalidArgument) {
      _ = try $0.createScope("a b", until: $1)
    }
    check(Proto.CreateScopeStatus(status: .failure), .controllerFailure) {
      _ = try $0.createScope("s", until: $1)
    }
    check(Proto.DeleteScopeStatus(status: .scopeNotEmpty), .illegalState) {
      _ = try $0.deleteScope("s", until: $1)
    }
    check(Proto.DeleteScopeStatus(status: .failure), .deleteScopeFailed) {
      _ = try $0.deleteScopeRecursive("s", until: $1)
    }
    let config = try StreamConfiguration()
    check(Proto.CreateStreamStatus(status: .scopeNotFound), .noSuchScope) { [stream] in
      _ = try $0.createStream(stream, config, until: $1)
    }
    check(Proto.UpdateStreamStatus(status: .streamSealed), .segmentSealed) { [stream] in
      try $0.updateStream(stream, config, until: $1)
    }
    check(Proto.UpdateStreamStatus(status: .unrecognized(77)), .controllerFailure) { [stream] in
      try $0.sealStream(stream, until: $1)
    }
    check(Proto.UpdateStreamStatus(status: .streamNotFound), .invalidStream) { [stream] in
      try $0.sealStream(stream, until: $1)
    }
    check(Proto.DeleteStreamStatus(status: .streamNotSealed), .illegalState) { [stream] in
      _ = try $0.deleteStream(stream, until: $1)
    }
    check(Proto.StreamsInScopeResponse(status: .scopeNotFound), .noSuchScope) {
      _ = try $0.listStreams(inScope: "s", after: "", until: $1)
    }
  }

  func testStatusesOfTransactionsBecomeErrors() {
    let id = UniqueID(high: 0, low: 1)
    check(Proto.TxnStatus(status: .failure), .txnFailed) { [stream] in
      try $0.commitTransaction(stream, id, writer: "w", timestamp: nil, until: $1)
    }
    check(Proto.TxnStatus(status: .streamNotFound), .invalidStream) { [stream] in
      try $0.abortTransaction(stream, id, until: $1)
    }
    check(Proto.PingTxnStatus(status: .leaseTooLarge), .pingFailed) { [stream] in
      _ = try $0.pingTransaction(stream, id, leaseMillis: 1, until: $1)
    }
    check(Proto.PingTxnStatus(status: .unknown), .txnFailed) { [stream] in
      _ = try $0.pingTransaction(stream, id, leaseMillis: 1, until: $1)
    }
    check(Proto.TxnState(state: .unknown), .txnFailed) { [stream] in
      _ = try $0.checkTransactionStatus(stream, id, until: $1)
    }
    check(Proto.CreateTxnResponse(), .invalidMessage) { [stream] in
      do {
        _ = try $0.createTransaction(stream, leaseMillis: 1, until: $1)
      } catch let error as PravegaError {
        throw error.with(operation: "createTransaction")
      }
    }
  }

  func testStatusesOfGroupsAndTablesBecomeErrors() throws {
    let id = UniqueID.random()
    check(Proto.ReaderGroupConfigResponse(status: .rgNotFound), .readerGroupNotFound) {
      _ = try $0.getReaderGroupConfig(scope: "s", group: "g", until: $1)
    }
    check(Proto.DeleteReaderGroupStatus(status: .rgNotFound), .readerGroupNotFound) {
      try $0.deleteReaderGroup(scope: "s", group: "g", id: id, until: $1)
    }
    check(Proto.UpdateSubscriberStatus(status: .generationMismatch), .configMismatch) {
      [stream] in
      try $0.updateSubscriberStreamCut(
        stream, subscriber: "s/g", id: id, generation: 1, cut: .unbounded, until: $1)
    }
    let table = KeyValueTableInfo(scope: "s", keyValueTableName: "k")
    check(Proto.KeyValueTableConfigResponse(status: .tableNotFound), .noSuchTable) {
      _ = try $0.getKeyValueTableConfiguration(table, until: $1)
    }
    check(Proto.CreateKeyValueTableStatus(status: .invalidTableName), .invalidArgument) {
      _ = try $0.createKeyValueTable(
        table, KeyValueTableConfiguration(partitionCount: 1, primaryKeyLength: 1), until: $1)
    }
  }

  func testNotFoundSaysWhatIsMissing() {
    let controllers = ScriptedControllers { (_) throws(CallFailure) in
      throw CallFailure(.status(5, "gone"))
    }
    let client = controllers.client()
    XCTAssertThrowsError(
      try client.getCurrentSegments(stream, access: nil, until: controllers.deadline())
    ) {
      let error = $0 as? PravegaError
      XCTAssertEqual(error?.code, .invalidStream)
      XCTAssertEqual(
        error?.description,
        "getCurrentSegments: The stream 's/t' does not exist. Create it first, or check its scope "
          + "and name.")
    }
  }

  func testAnImpossibleStoreAddressIsRefused() {
    for node in [Proto.NodeUri(), .init(endpoint: "h", port: 70_000), .init(endpoint: "", port: 1)]
    {
      let bytes = node.serialized()
      let controllers = ScriptedControllers { (_) throws(CallFailure) in bytes }
      XCTAssertThrowsError(
        try controllers.client().getURI(
          Segment(stream, segmentID: 0), until: controllers.deadline())
      ) { XCTAssertEqual(($0 as? PravegaError)?.code, .invalidMessage) }
    }
  }

  func testAListingEndsWithItsFirstEmptyPageAndCanBeTriedAgain() throws {
    let controllers = ScriptedControllers { (call) throws(CallFailure) in
      let token = try? Proto.ScopesRequest(protobuf: call.body).continuationToken?.token
      switch (call.number, token) {
      case (1, ""):
        return Proto.ScopesResponse(
          scopes: ["a", "b"], continuationToken: Proto.ContinuationToken(token: "2")
        ).serialized()
      case (2, "2"): throw CallFailure(.status(16, ""))
      case (3, "2"):
        return Proto.ScopesResponse(
          scopes: ["c"], continuationToken: Proto.ContinuationToken(token: "3")
        ).serialized()
      case (4, "3"): return []
      default: throw CallFailure(.status(3, "call \(call.number)"))
      }
    }
    var scopes = controllers.client().scopes()
    XCTAssertEqual(try scopes.next(), "a")
    XCTAssertEqual(try scopes.next(), "b")
    XCTAssertThrowsError(try scopes.next())
    XCTAssertEqual(try scopes.remaining(), ["c"])
    XCTAssertNil(try scopes.next())
    XCTAssertEqual(controllers.calls.count, 4)
  }
}
