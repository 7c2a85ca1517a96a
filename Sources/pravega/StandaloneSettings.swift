// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaNet

/// What the options of `pravega standalone` say.
struct StandaloneSettings: Sendable {
  struct Seed: Sendable {
    var scope: String
    var stream: String
    var segments: Int
  }

  var host: String
  var controllerPort: UInt16
  var storePort: UInt16
  var announced: String?
  var seeds: [Seed]
  var certificateFile: String?
  var keyFile: String?
  var maxMemory: Int
  var faults: [String]

  init(_ invocation: Invocation) throws {
    host = invocation.string("host") ?? "127.0.0.1"
    controllerPort = UInt16(
      try invocation.int("controller-port", default: 9090, in: 0...65535))
    storePort = UInt16(try invocation.int("store-port", default: 6000, in: 0...65535))
    announced = invocation.string("announce")
    seeds = try invocation.strings("seed").map { try StandaloneSettings.seed($0, invocation) }
    certificateFile = invocation.string("tls-cert")
    keyFile = invocation.string("tls-key")
    maxMemory = try invocation.byteCount("max-memory", default: 4 << 30)
    faults = invocation.strings("fault")
    if let announced {
      guard let endpoint = Endpoint(parsing: announced), endpoint.port > 0 else {
        throw invocation.usage("'\(announced)' is not HOST:PORT")
      }
    }
    if (certificateFile == nil) != (keyFile == nil) {
      throw invocation.usage("--tls-cert and --tls-key belong together")
    }
    if controllerPort != 0, controllerPort == storePort {
      throw invocation.usage("the controller and the store need a port each")
    }
  }

  /// `SCOPE/STREAM:SEGMENTS`, one segment when none are given.
  static func seed(_ text: String, _ invocation: Invocation) throws -> Seed {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let names = parts[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let segments = parts.count > 1 ? Int(parts[1]) : 1
    guard names.count == 2, let segments, (1...10_000).contains(segments) else {
      throw invocation.usage("'\(text)' is not SCOPE/STREAM:SEGMENTS, for example demo/s:4")
    }
    return Seed(
      scope: try StreamName.checked(names[0], "scope", limit: 255, invocation),
      stream: try StreamName.checked(names[1], "stream", limit: 250, invocation),
      segments: segments)
  }
}
