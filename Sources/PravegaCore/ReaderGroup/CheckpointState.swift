// SPDX-License-Identifier: Apache-2.0

/// The checkpoints of a reader group: asked for, being made, and the last one made.
///
/// Mirrors Java's `CheckpointState`, effect for effect: every reader of the group computes it on
/// its own and all have to come to the same result.
package struct CheckpointState: Sendable, Hashable {
  /// In the order in which they were created.
  package private(set) var names: [String] = []
  /// The readers that a checkpoint still waits for; a checkpoint without an entry is complete.
  package private(set) var missing: [String: Set<String>] = [:]
  package private(set) var positions: [String: [Segment: Int64]] = [:]
  /// Where the group stood at the last completed checkpoint.
  package private(set) var lastPositions: [Segment: Int64]?
  /// Whether the controller was told of the last completed checkpoint.
  package var isLastPublished = true

  package init() {}

  /// Checkpoints of which the application sees nothing; they serve to make stream cuts.
  package static let silentMarker = "_SILENT_"

  package static func isSilent(_ name: String) -> Bool {
    guard let underscore = name.utf8.firstIndex(of: UInt8(ascii: "_")) else { return false }
    var rest = name.utf8[underscore...]
    while rest.count >= silentMarker.utf8.count {
      if rest.starts(with: silentMarker.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }

  package func isComplete(_ name: String) -> Bool { missing[name] == nil }

  /// Whether any checkpoint waits for a reader.
  package var hasIncomplete: Bool { !missing.isEmpty }

  /// The checkpoints that count against the limit of the group's configuration.
  package var outstanding: [String] {
    names.filter { !Self.isSilent($0) && !isComplete($0) }
  }

  /// The first checkpoint that waits for `reader`.
  package func next(for reader: String) -> String? {
    guard hasIncomplete else { return nil }
    return names.first { missing[$0]?.contains(reader) ?? false }
  }

  func isMissing(_ reader: String, from name: String) -> Bool {
    missing[name]?.contains(reader) ?? false
  }

  mutating func create(
    _ name: String, readers: some Collection<String>, unassigned: [Segment: Int64]
  ) {
    guard positions[name] == nil else { return }
    if !readers.isEmpty { missing[name] = Set(readers) }
    positions[name] = unassigned
    names.append(name)
  }

  /// Notes where a reader stands. The caller has made sure that the checkpoint waits for it.
  mutating func record(_ reader: String, in name: String, at offsets: [Segment: Int64]) {
    guard missing[name]?.remove(reader) != nil else { return }
    positions[name, default: [:]].merge(offsets) { $1 }
    guard missing[name]?.isEmpty ?? false else { return }
    missing[name] = nil
    guard !Self.isSilent(name) else { return }
    lastPositions = positions[name]
    isLastPublished = false
  }

  /// Notes where a reader stood that has left, in every checkpoint that waits for it.
  mutating func recordLeaving(_ reader: String, at offsets: [Segment: Int64]) {
    for name in missing.keys.sorted() { record(reader, in: name, at: offsets) }
  }

  mutating func clear(before name: String) {
    guard positions[name] != nil else { return }
    while let first = names.first, first != name {
      names.removeFirst()
      forget(first)
    }
  }

  /// Gives up what is outstanding. As in Java the names stay in the list.
  mutating func removeOutstanding() {
    for name in outstanding { forget(name) }
  }

  private mutating func forget(_ name: String) {
    missing[name] = nil
    positions[name] = nil
  }
}

extension CheckpointState {
  package func toBytes() throws(SerializationError) -> [UInt8] {
    try Envelope.encode(
      { writer in
        writer.collection(names) { $0.utf($1) }
        writer.map(missing) { $0.collection($1.sorted()) { $0.utf($1) } }
        writer.map(positions) { $0.offsets($1) }
        writer.offsets(lastPositions ?? [:])
      },
      { $0.boolean(isLastPublished) })
  }

  package init(bytes: [UInt8]) throws(SerializationError) {
    let envelope = try Envelope.single(bytes)
    var fields = try envelope.required(0)
    names = try Self.strings(&fields)
    let missing = try fields.stringMap(valueSize: 1) { (reader) throws(SerializationError) in
      Set(try Self.strings(&reader))
    }
    self.missing = missing.filter { !$0.value.isEmpty }
    positions = try fields.stringMap(valueSize: 1) { (reader) throws(SerializationError) in
      try reader.offsets()
    }
    // Java writes "none" as an empty map and then takes it for a checkpoint at no position.
    let last = try fields.offsets()
    lastPositions = last.isEmpty ? nil : last
    if var published = envelope.revision(1) { isLastPublished = try published.boolean() }
  }

  private static func strings(
    _ reader: inout RevisionReader
  ) throws(SerializationError) -> [String] {
    try reader.collection(minimumSize: 2) { (reader) throws(SerializationError) in
      try reader.utf()
    }
  }
}
