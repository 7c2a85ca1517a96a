// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaCore

/// Where the cluster is and who asks, as the common options say.
struct Connection: Sendable {
  static let defaultURI = "tcp://localhost:9090"

  var controllerURI: String
  var caFile: String?
  var skipsVerification: Bool
  var userName: String?
  var password: String?
  /// How long one request may take in all.
  var timeout: Duration
  /// nil: silent.
  var logLevel: LogLevel?

  static let options: [Option] = [
    .value(
      "controller", short: "c", "URI",
      "the controller: tcp://HOST:PORT[,HOST:PORT...], or tls, ssl, pravega, pravegas",
      default: "PRAVEGA_CONTROLLER_URI, else \(defaultURI)"),
    .value("ca-file", "FILE", "trust the certificates of this PEM file only", files: true),
    .flag("insecure-skip-verify", "accept any certificate; for test servers only"),
    .value("user", "NAME", "user name; the password comes from --password-file"),
    .value(
      "password-file", "FILE", "file whose first line is the password, '-' for standard input",
      files: true),
    .value("timeout", "TIME", "how long one request may take: 30, 500ms, 2m", default: "30"),
  ]

  init(_ invocation: Invocation) throws {
    controllerURI =
      invocation.string("controller") ?? Environment.value("PRAVEGA_CONTROLLER_URI")
      ?? Connection.defaultURI
    caFile = invocation.string("ca-file")
    skipsVerification = invocation.has("insecure-skip-verify")
    userName = invocation.string("user")
    password = try Connection.password(invocation)
    timeout = try invocation.duration("timeout", default: .seconds(30))
    if caFile != nil, skipsVerification {
      throw invocation.usage("--ca-file and --insecure-skip-verify contradict each other")
    }
    guard timeout > .zero else { throw invocation.usage("--timeout must be more than nothing") }
    logLevel = try Connection.logLevel(invocation)
  }

  private static func logLevel(_ invocation: Invocation) throws -> LogLevel? {
    guard let text = Environment.value("PRAVEGA_LOG") else { return nil }
    guard let level = LogLevel.allCases.first(where: { "\($0)" == text }) else {
      let levels = LogLevel.allCases.map { "\($0)" }.joined(separator: ", ")
      throw invocation.usage("PRAVEGA_LOG is one of \(levels), not '\(text)'")
    }
    return level
  }

  /// The controller's port if it runs on this machine, so that its process can be found.
  var localControllerPort: UInt16? {
    let address = controllerURI.split(separator: ",").first ?? ""
    let bare = address.split(separator: "/").last ?? ""
    guard let colon = bare.lastIndex(of: ":") else { return nil }
    let isLocal = ["localhost", "127.0.0.1", "[::1]"].contains(String(bare[..<colon]))
    return isLocal ? UInt16(bare[bare.index(after: colon)...]) : nil
  }

  /// Never an argument: the process list shows those.
  private static func password(_ invocation: Invocation) throws -> String? {
    switch (invocation.string("user"), invocation.string("password-file")) {
    case (nil, nil): return nil
    case (nil, _?): throw invocation.usage("--password-file needs --user")
    case (_?, nil): throw invocation.usage("--user needs --password-file")
    case (_?, let file?):
      let text = try TextFile.firstLine(file)
      guard !text.isEmpty else {
        throw Program.Report(
          "the password file '\(file)' is empty", hint: "Write the password in its first line.")
      }
      return text
    }
  }
}
