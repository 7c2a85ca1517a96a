// SPDX-License-Identifier: Apache-2.0

import Glibc
import PravegaCore
import PravegaGRPC
import PravegaNet
import PravegaProtobuf
import PravegaStandalone
import PravegaTestKit
import PravegaThreads
import Synchronization
import XCTest

/// Connections to peers that are something else, fall silent or go away.
final class ControllerClientConnectionTests: LeakCheckedTestCase {
  private let local = Endpoint(host: "127.0.0.1", port: 0)
  private let path = Proto.ControllerService.createScope.path

  private func soon() -> Deadline { .after(.seconds(20)) }

  private func client(_ endpoint: Endpoint) throws -> ControllerClient {
    var settings = ControllerSettings(uri: try ControllerURI("tcp://\(endpoint)"))
    settings.connectTimeout = .milliseconds(500)
    return ControllerClient(settings)
  }

  /// What a client says about a peer that sends some bytes to whoever connects and then waits.
  private func verdict(on greeting: [UInt8]) throws -> PravegaError? {
    let listener = try Listener(local)
    let server = Worker.start(name: "peer") {
      var accepted: [TCPTransport] = []
      while let transport = try? listener.accept(until: .distantFuture) {
        accepted.append(transport)
        var bytes = greeting
        bytes.withUnsafeMutableBytes { buffer in
          let vector = [iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)]
          vector.withUnsafeBufferPointer { _ = try? transport.send($0) }
        }
      }
      for transport in accepted { transport.close() }
    }
    defer {
      listener.close()
      XCTAssertTrue(server.join(until: soon()))
    }
    let client = try client(listener.endpoint)
    defer { client.close(until: soon()) }
    do throws(PravegaError) {
      _ = try client.createScope("s", until: soon())
      return nil
    } catch {
      return error
    }
  }

  /// A caller may hold a connection that another one replaces, because it has broken.
  func testNobodyIsToldThatTheClientIsClosedWhenConnectionsBreak() throws {
    let server = try StandaloneServer.start()
    let client = try client(XCTUnwrap(Endpoint(parsing: String(server.controllerURI.dropFirst(6)))))
    let isOver = Atomic<Bool>(false)
    let failures = Monitor<[PravegaError]>([])
    let callers = (0..<8).map { _ in
      Worker.start(name: "caller") {
        while !isOver.load(ordering: .relaxed) {
          do throws(PravegaError) {
            _ = try client.checkScopeExists("s", until: .after(.seconds(20)))
          } catch {
            failures.withLock { $0.append(error) }
          }
        }
      }
    }
    let end = Deadline.after(.milliseconds(500))
    while !end.hasPassed {
      server.cutControllerConnections()
      poll(nil, 0, 1)
    }
    isOver.store(true, ordering: .relaxed)
    for caller in callers { XCTAssertTrue(caller.join(until: soon())) }
    XCTAssertEqual(failures.withLock { $0.map(\.code) }.filter { $0 == .objectClosed }, [])
    client.close(until: soon())
    server.close()
  }

  func testAWebServerIsRecognized() throws {
    let error = try verdict(on: Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
    XCTAssertEqual(error?.code, .invalidMessage)
    XCTAssertEqual(error?.message.hasSuffix("is a web server, not a Pravega controller."), true)
    XCTAssertEqual(error?.retry, .never)
  }

  func testAPeerThatWantsTLSIsRecognized() throws {
    let error = try verdict(on: [0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46])
    XCTAssertEqual(error?.hint.hasPrefix("Write the address as tls://127.0.0.1:"), true)
  }

  func testASilentPeerIsGivenUp() throws {
    let start = Deadline.now
    let error = try verdict(on: [])
    XCTAssertEqual(error?.code, .connectionFailed)
    XCTAssertEqual(error?.message.hasSuffix("accepts connections but does not answer."), true)
    XCTAssertLessThan(Deadline.now.nanoseconds - start.nanoseconds, 5_000_000_000)
  }

  func testAServerThatComesBackIsFoundAgain() throws {
    let server = GRPCServer(GRPCServerConfiguration(handlers: [path: { (_) in [] }]))
    let endpoint = try server.start(local)
    let client = try client(endpoint)
    XCTAssertTrue(try client.createScope("s", until: soon()))
    server.stop()
    let result = Promise<Bool>()
    let until = soon()
    let caller = Worker.start(name: "caller") {
      result.succeed((try? client.createScope("s", until: until)) ?? false)
    }
    _ = try server.start(endpoint)
    XCTAssertTrue(try result.future.get(until: soon()))
    XCTAssertTrue(caller.join(until: soon()))
    client.close(until: soon())
    server.stop()
  }

  func testACallThatHangsEndsByItsDeadlineAndByAClose() throws {
    let release = Monitor(false)
    let server = GRPCServer(
      GRPCServerConfiguration(handlers: [
        path: { (_) in
          _ = release.wait(until: .after(.seconds(20))) { $0 ? true : nil }
          return []
        }
      ]))
    let client = try client(try server.start(local))
    XCTAssertThrowsError(try client.createScope("s", until: .after(.milliseconds(100)))) {
      XCTAssertEqual(($0 as? PravegaError)?.code, .timeout)
      XCTAssertEqual(($0 as? PravegaError)?.retry, .outcomeUnknown)
    }
    let code = Promise<PravegaError.Code?>()
    let until = soon()
    let caller = Worker.start(name: "caller") {
      do throws(PravegaError) {
        _ = try client.createScope("s", until: until)
        code.succeed(nil)
      } catch {
        code.succeed(error.code)
      }
    }
    client.close(until: soon())
    XCTAssertEqual(try code.future.get(until: soon()), .objectClosed)
    XCTAssertTrue(caller.join(until: soon()))
    release.withLock { $0 = true }
    release.signalAll()
    server.stop()
  }
}
