// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit
import PravegaThreads

/// A stream to standard output.
struct EventPrinter {
  private let settings: ReadSettings

  init(_ settings: ReadSettings) { self.settings = settings }

  func run() throws -> ExitCode {
    let interruption = Interruption.watch()
    let cluster = try Cluster(settings.connection, scope: settings.name.scope)
    defer { cluster.close() }
    let own = "cli-\(UInt64.random(in: 0...UInt64.max))"
    let group = settings.group ?? own
    let isNew = try cluster.createGroup(
      group, settings.name,
      GroupBounds(beginsAtTail: settings.beginsAtTail, endsAtTail: settings.endsAtTail))
    if !isNew, settings.endsAtTail {
      throw Program.Report(
        "the reader group '\(group)' exists already and has bounds of its own",
        hint: "Leave --until-end or --group out.", exitCode: .conflict)
    }
    let ownGroup = settings.group == nil ? group : nil
    let source: ClientSource
    do { source = try cluster.openSource(group: group, reader: own) } catch {
      EventPrinter.leave(nil, cluster, ownGroup)
      throw error
    }
    defer { EventPrinter.leave(source, cluster, ownGroup) }
    try EventPrinter.printAll(source, settings, interruption)
    if ownGroup == nil, !interruption.hasCome { try source.close() }
    return interruption.exitCode
  }

  /// Tidies up for some seconds at most: nobody wants to wait for a server that is gone.
  private static func leave(_ source: ClientSource?, _ cluster: Cluster, _ ownGroup: String?) {
    let left = Promise<Void>()
    let worker = Worker.start(name: "prv-leave") {
      try? source?.close()
      if let ownGroup { try? cluster.deleteGroup(ownGroup) }
      left.succeed(())
    }
    _ = try? left.future.get(until: .after(.seconds(5)))
    // Wakes what still waits.
    cluster.close()
    worker.join(until: .after(.seconds(1)))
  }

  private static func printAll(
    _ source: some EventSource, _ settings: ReadSettings, _ interruption: Interruption
  ) throws {
    let output = Output()
    var count = 0
    while count < settings.limit ?? Int.max, !interruption.hasCome {
      var read = try source.next(timeout: .zero)
      if case .nothing = read {
        // Nothing is waiting: what is there goes out before the wait for more.
        try output.flush()
        read = try source.next(timeout: .milliseconds(500))
      }
      switch read {
      case .event(let event):
        try print(event, asJSON: settings.isJSON, to: output)
        count += 1
      case .nothing: try output.checkReader()
      case .end: return try output.flush()
      }
    }
    try output.flush()
  }

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
