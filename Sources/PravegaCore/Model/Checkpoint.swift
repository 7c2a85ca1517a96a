// SPDX-License-Identifier: Apache-2.0

/// Where a whole reader group stood: a cut in each of its streams.
///
/// It has no streams when everything had been read.
public struct Checkpoint: Sendable, Hashable {
  /// The name that was given when the checkpoint was asked for.
  public let name: String
  /// The place in each stream.
  public let streamCuts: [PravegaStream: StreamCut]

  /// The name is one that the state of a reader group holds, so it fits the stored form.
  package init(name: String, streamCuts: [PravegaStream: StreamCut]) {
    self.name = name
    self.streamCuts = streamCuts
  }

  /// A checkpoint from the positions in a group's state.
  package init(name: String, positions: [Segment: Int64]) {
    self.init(name: name, streamCuts: Checkpoint.cuts(positions))
  }

  /// Groups positions by stream.
  package static func cuts(_ positions: [Segment: Int64]) -> [PravegaStream: StreamCut] {
    let byStream = Dictionary(grouping: positions) { $0.key.pravegaStream }
    return byStream.mapWithKey { stream, entries in
      .bounded(stream, positions: Dictionary(entries.map { ($0.key, $0.value) }) { $1 })
    }
  }

  /// Reads what ``toBytes()`` or another client wrote.
  ///
  /// - Throws: ``PravegaError`` with code `serialization` when the bytes are no checkpoint.
  public init(bytes: [UInt8]) throws {
    do throws(SerializationError) {
      self = try Checkpoint.decode(bytes)
    } catch {
      throw PravegaError.malformed("checkpoint", error)
    }
  }

  /// The portable binary form, which clients of all languages read.
  public func toBytes() -> [UInt8] {
    Envelope.encodeValid { writer in
      writer.utf(name)
      writer.collection(streamCuts.sorted { $0.key < $1.key }) {
        $0.utf($1.key.scopedName)
        $0.raw($1.value.toBytes())
      }
    }
  }

  private static func decode(_ bytes: [UInt8]) throws(SerializationError) -> Checkpoint {
    var fields = try Envelope.single(bytes).required(0)
    let name = try fields.utf()
    var cuts: [PravegaStream: StreamCut] = [:]
    for _ in 0..<(try fields.count(minimumSize: 5)) {
      let stream = try fields.stream()
      cuts[stream] = try StreamCut.decode(&fields)
    }
    return Checkpoint(name: name, streamCuts: cuts)
  }
}
