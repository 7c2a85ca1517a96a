// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import XCTest

/// Compares a state with the description of one that a vector file gives.
func assertState(
  _ state: ReaderGroupState, _ json: JSON, _ step: String, file: StaticString = #filePath,
  line: UInt = #line
) throws {
  func check<T: Equatable>(_ actual: T, _ expected: T, _ what: String) {
    XCTAssertEqual(actual, expected, "\(what) after '\(step)'", file: file, line: line)
  }
  func segments(_ list: JSON) throws -> [Segment: Int64] {
    var offsets: [Segment: Int64] = [:]
    for entry in list.array {
      let segment = try Segment(qualifiedName: entry["segment"].string)
      offsets[segment] = entry["offset"].int
      let range =
        entry["low"].isNull
        ? nil : KeyRange(low: entry["low"].double, high: entry["high"].double)
      check(state.ranges[segment], range, "range of \(segment)")
    }
    return offsets
  }
  check(state.assigned, try json["assigned"].object.mapValues(segments), "assigned")
  check(state.unassigned, try segments(json["unassigned"]), "unassigned")
  check(state.lastRead, try segments(json["lastRead"]), "lastRead")
  var future: [Segment: Set<Int64>] = [:]
  for entry in json["future"].array {
    let segment = try Segment(qualifiedName: entry["segment"].string)
    future[segment] = Set(entry["waitingOnSegmentIds"].array.map(\.int))
    check(state.ranges[segment]?.low, entry["low"].isNull ? nil : entry["low"].double, "low")
  }
  check(state.future, future, "future")
  check(state.distances, json["distanceToTail"].object.mapValues(\.int), "distances")
  check(state.endSegments, try plainOffsets(json["endSegments"]), "endSegments")
  check(state.isUpdatingConfig, json["updatingConfig"].bool, "updatingConfig")
  check(state.config.generation, json["generation"].int, "generation")
  check(state.isEndOfData, json["isEndOfData"].bool, "isEndOfData")
  check(Int64(state.segmentCount), json["numberOfSegments"].int, "numberOfSegments")
  check(state.relativeSizes, json["relativeSizes"].object.mapValues(\.double), "sizes")
  let checkpoints = json["checkpointState"]
  check(state.checkpoints.names, checkpoints["checkpoints"].array.map(\.string), "checkpoints")
  check(
    state.checkpoints.missing,
    checkpoints["uncheckpointedHosts"].object.mapValues { Set($0.array.map(\.string)) }, "missing")
  check(
    state.checkpoints.positions, try checkpoints["positions"].object.mapValues(plainOffsets),
    "positions")
  let last = checkpoints["lastCheckpointPosition"]
  check(state.checkpoints.lastPositions, last.isNull ? nil : try plainOffsets(last), "last")
  check(
    state.checkpoints.isLastPublished, checkpoints["isLastCheckpointPublished"].bool, "published")
}

func plainOffsets(_ json: JSON) throws -> [Segment: Int64] {
  Dictionary(
    uniqueKeysWithValues: try json.object.map { (try Segment(qualifiedName: $0), $1.int) })
}

/// Applies the records of a state stream one by one, as the state synchronizer does.
struct StateReplay {
  private(set) var state: ReaderGroupState?

  /// Applies one record; a refused update leaves the state as it was before it.
  mutating func apply(_ record: [UInt8]) throws {
    switch try StateRecord.decode(record) {
    case .initial(let bytes):
      switch try ReaderGroupUpdate.decode(bytes) {
      case .start(let start): state = ReaderGroupState(start)
      case .compact(let compact): state = compact
      case let other: XCTFail("\(other) begins nothing")
      }
    case .updates(let updates):
      for update in updates { try state?.apply(try ReaderGroupUpdate.decode(update)) }
    }
  }

  /// The events of a segment's bytes.
  static func events(_ bytes: [UInt8]) -> [[UInt8]] {
    var events: [[UInt8]] = []
    var reader = RevisionReader(bytes)
    while reader.remaining > 0, let type = try? reader.int32(), let length = try? reader.int32(),
      let event = try? reader.bytes(Int(length))
    {
      XCTAssertEqual(type, 0)
      events.append(event)
    }
    XCTAssertEqual(reader.remaining, 0)
    return events
  }
}
