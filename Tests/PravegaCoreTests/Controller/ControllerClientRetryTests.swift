// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaNet
import PravegaProtobuf
import PravegaTestKit
import PravegaThreads
import XCTest

final class ControllerClientRetryTests: LeakCheckedTestCase {
  private func error(
    _ body: () throws -> Void, file: StaticString = #filePath, line: UInt = #line
  ) -> PravegaError? {
    do {
      try body()
      XCTFail("nothing was thrown", file: file, line: line)
      return nil
    } catch {
      return error as? PravegaError
    }
  }

  func testStatusesThatCanPassAreRetried() throws {
    for code in [1, 2, 4, 8, 9, 10, 13, 14, 15] {
      let controllers = ScriptedControllers { (call) throws(CallFailure) in
        guard call.number > 3 else { throw CallFailure(.status(code, "busy")) }
        return []
      }
      let client = controllers.client()
      XCTAssertTrue(try client.createScope("s", until: controllers.deadline()), "\(code)")
      XCTAssertEqual(controllers.calls.count, 4)
    }
  }

  func testStatusesThatLastAreNotRetried() {
    let expected: [Int: PravegaError.Code] = [
      3: .controllerRPC, 5: .controllerRPC, 6: .controllerRPC, 7: .authorization,
      11: .controllerRPC, 12: .unsupportedOperation, 16: .authentication,
    ]
    for (code, expected) in expected {
      let controllers = ScriptedControllers { (_) throws(CallFailure) in
        throw CallFailure(.status(code, "no"), mayHaveRun: true)
      }
      let client = controllers.client()
      let error = error { _ = try client.createScope("s", until: controllers.deadline()) }
      XCTAssertEqual(error?.code, expected, "\(code)")
      XCTAssertEqual(error?.retry, .never)
      XCTAssertEqual(error?.details, .grpcStatus(code))
      XCTAssertEqual(controllers.calls.count, 1)
    }
  }

  func testInternalErrorsAreGivenUpAfterASecondOrTwo() {
    let controllers = ScriptedControllers { (_) throws(CallFailure) in
      throw CallFailure(.status(13, "Internal exception occurred"), mayHaveRun: true)
    }
    let client = controllers.client()
    let error = error { _ = try client.createScope("", until: controllers.deadline()) }
    XCTAssertEqual(error?.context.attempts, controllers.calls.count)
    XCTAssertLessThan(controllers.elapsed, .seconds(5))
    XCTAssertEqual(
      error?.description,
      "createScope: The controller answered INTERNAL (Internal exception occurred).")
  }

  func testAControllerThatWasNeverReachedIsGivenUpAfterFiveSeconds() {
    for kind in [CallFailure.Kind.refused, .unknownHost, .closesAtOnce] {
      let controllers = ScriptedControllers { (_) throws(CallFailure) in throw CallFailure(kind) }
      let client = controllers.client()
      let error = error { _ = try client.createScope("s", until: controllers.deadline()) }
      XCTAssertEqual(error?.code, .connectionFailed)
      XCTAssertLessThanOrEqual(controllers.elapsed, .seconds(5))
      XCTAssertGreaterThan(controllers.calls.count, 3)
    }
  }

  func testAControllerThatWasReachedIsTriedUntilTheDeadline() throws {
    let controllers = ScriptedControllers { (call) throws(CallFailure) in
      guard call.number > 1 else { return [] }
      throw CallFailure(.refused)
    }
    let client = controllers.client()
    XCTAssertTrue(try client.createScope("s", until: controllers.deadline()))
    let error = error { _ = try client.createScope("t", until: controllers.deadline()) }
    XCTAssertEqual(error?.code, .connectionFailed)
    XCTAssertGreaterThan(controllers.elapsed, .seconds(10))
    XCTAssertLessThanOrEqual(controllers.elapsed, .seconds(30))
    XCTAssertLessThanOrEqual(
      try XCTUnwrap(controllers.state.withLock { $0.pauses.max() }), .seconds(10))
  }

  func testTheWrongProtocolAndBadCertificatesAreNotRetried() {
    let kinds: [CallFailure.Kind] = [
      .speaksHTTP1, .speaksTLS, .speaksPlainText, .speaksOther, .certificate(.other),
      .protocolViolation,
      .tooLarge, .badMetadata,
    ]
    for kind in kinds {
      let controllers = ScriptedControllers { (_) throws(CallFailure) in throw CallFailure(kind) }
      let client = controllers.client()
      let error = error { _ = try client.createScope("s", until: controllers.deadline()) }
      XCTAssertEqual(error?.retry, .never, "\(kind)")
      XCTAssertEqual(controllers.calls.count, 1)
    }
  }

  func testAnAnswerThatCannotBeReadIsNotRetried() {
    let controllers = ScriptedControllers { (_) throws(CallFailure) in [0x0A] }
    let client = controllers.client()
    let error = error {
      _ = try client.getDelegationToken(
        PravegaStream(scope: "s", stream: "t"), access: .read, until: controllers.deadline())
    }
    XCTAssertEqual(error?.code, .invalidMessage)
    XCTAssertEqual(error?.retry, .outcomeUnknown)
    XCTAssertEqual(controllers.calls.count, 1)
  }

  func testAPassedDeadlineIsReportedWithoutACall() {
    let controllers = ScriptedControllers { (_) throws(CallFailure) in [] }
    let client = controllers.client()
    let error = error { _ = try client.createScope("s", until: controllers.now) }
    XCTAssertEqual(error?.code, .timeout)
    XCTAssertEqual(controllers.calls.count, 0)
  }

  func testTheReasonForMissingConnectionsIsToldWhenTheTimeIsUp() {
    let controllers = ScriptedControllers { (call) throws(CallFailure) in
      guard call.number > 1 else { throw CallFailure(.refused) }
      throw CallFailure(.deadline)
    }
    let client = controllers.client()
    let error = error { _ = try client.createScope("s", until: controllers.deadline()) }
    XCTAssertEqual(error?.code, .connectionFailed)
  }

  func testACloseEndsTheWaitForAnotherAttempt() {
    let controllers = ScriptedControllers { (_) throws(CallFailure) in throw CallFailure(.refused) }
    let client = controllers.client()
    controllers.state.withLock { $0.isOpen = false }
    let error = error { _ = try client.createScope("s", until: controllers.deadline()) }
    XCTAssertEqual(error?.code, .objectClosed)
    XCTAssertEqual(controllers.calls.count, 1)
  }

  func testAClosedClientMakesNoCalls() {
    let controllers = ScriptedControllers { (_) throws(CallFailure) in [] }
    let client = controllers.client()
    XCTAssertNoThrow(try client.ping(until: controllers.deadline()))
    client.close(until: .now)
    client.close(until: .now)
    XCTAssertEqual(controllers.state.withLock { $0.closed }, ["a:1"])
    let error = error { _ = try client.createScope("s", until: controllers.deadline()) }
    XCTAssertEqual(error?.code, .objectClosed)
    XCTAssertEqual(controllers.calls.count, 1)
  }
}
