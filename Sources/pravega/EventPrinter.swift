// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// A stream to standard output.
struct EventPrinter {
  private let settings: ReadSettings

  init(_ settings: ReadSettings) { self.settings = settings }

  func run() throws -> ExitCode { throw Unwired.error("read") }

  /// A line for one event.
  static func print(_ event: [UInt8], asJSON: Bool, to output: Output) throws {
    guard asJSON else { return try output.line(event) }
    var object = JSONObject()
    if let text = String(validating: event, as: UTF8.self) {
      object["event"] = .string(text)
    } else {
      object["event_base64"] = .string(Base64.encode(event))
    }
    try output.line(JSONValue.object(object).text)
  }
}
