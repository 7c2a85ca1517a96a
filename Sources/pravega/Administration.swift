// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// Scopes and streams of a cluster, as the commands need them.
struct Administration {
  /// What `stream describe` shows.
  struct StreamDescription {
    struct SegmentDescription {
      var name: String
      var keyStart: Double
      var keyEnd: Double
      var head: Int64
      var tail: Int64
    }

    var isSealed: Bool
    var scaling: String
    var tags: [String]
    var segments: [SegmentDescription]
  }

  private let connection: Connection

  init(_ connection: Connection) throws { self.connection = connection }

  /// How long the controller took to answer.
  func ping() throws -> Duration { throw Unwired.error("ping") }

  /// `HOST:PORT` of a segment store, as the controller names it.
  func storeAddress() throws -> String { throw Unwired.error("bench raw without --store") }

  /// Whether it is new.
  func createScope(_ scope: String) throws -> Bool { throw Unwired.error("scope create") }

  func scopes() throws -> [String] { throw Unwired.error("scope list") }

  /// Whether it existed.
  func deleteScope(_ scope: String, recursive: Bool) throws -> Bool {
    throw Unwired.error("scope delete")
  }

  /// Whether it is new.
  func createStream(_ name: StreamName, segments: Int, tags: [String]) throws -> Bool {
    throw Unwired.error("stream create")
  }

  func streams(scope: String, tag: String?) throws -> [String] {
    throw Unwired.error("stream list")
  }

  func describe(_ name: StreamName) throws -> StreamDescription {
    throw Unwired.error("stream describe")
  }

  /// The number of segments afterwards.
  func scale(_ name: StreamName, to segments: Int) throws -> Int {
    throw Unwired.error("stream scale")
  }

  func truncate(_ name: StreamName) throws { throw Unwired.error("stream truncate") }

  func seal(_ name: StreamName) throws { throw Unwired.error("stream seal") }

  /// Whether it existed.
  func delete(_ name: StreamName) throws -> Bool { throw Unwired.error("stream delete") }
}
