// SPDX-License-Identifier: Apache-2.0

/// The bytes of a segment between its start offset and its length, as a list of chunks.
///
/// Appending copies once, into the last chunk. Chunks grow with the segment, from 1 KiB to 1 MiB,
/// so that a thousand small segments cost little and a large one wastes little. Chunks that left
/// the list are kept in ``garbage`` until the caller takes them out of the lock.
package struct ChunkList: ~Copyable {
  package static let smallestChunk = 1 << 10
  package static let largestChunk = 1 << 20
  /// A merged piece is taken over as it is from this size on; smaller ones are copied.
  private static let adoptionThreshold = 64 << 10

  private struct Entry {
    let chunk: Chunk
    /// The segment offset of the first byte.
    let start: Int64
    /// Where that byte lies in the chunk.
    let offset: Int
    var count: Int
    var end: Int64 { start &+ Int64(count) }
  }

  private var entries: [Entry] = []
  /// Whether bytes may still be put behind those of the last entry.
  private var isTailWritable = false

  /// Bytes of memory held by the chunks, used or not.
  package private(set) var capacity = 0
  /// The offset behind the last byte.
  package private(set) var end: Int64 = 0
  /// Chunks without a user, to be released outside of the lock.
  package var garbage: [Chunk] = []

  package init() {}

  // MARK: - Appending

  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    var rest = unsafe bytes
    while unsafe !rest.isEmpty {
      let room = unsafe makeRoom(atLeast: rest.count)
      let taken = min(room.count, rest.count)
      unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<taken]))
      entries[entries.count - 1].count += taken
      end &+= Int64(taken)
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
    }
  }

  /// The unused part of the last chunk; a new chunk when there is none.
  private mutating func makeRoom(atLeast wanted: Int) -> UnsafeMutableRawBufferPointer {
    if isTailWritable, let last = entries.last {
      let used = last.offset + last.count
      if used < last.chunk.capacity {
        return unsafe UnsafeMutableRawBufferPointer(
          start: last.chunk.base + used, count: last.chunk.capacity - used)
      }
    }
    let chunk = Chunk(capacity: nextCapacity(wanted))
    capacity += chunk.capacity
    entries.append(Entry(chunk: chunk, start: end, offset: 0, count: 0))
    isTailWritable = true
    return unsafe UnsafeMutableRawBufferPointer(start: chunk.base, count: chunk.capacity)
  }

  /// As much as the segment holds already, within the limits: waste stays proportional.
  private func nextCapacity(_ wanted: Int) -> Int {
    let target = max(capacity / 2, wanted, ChunkList.smallestChunk)
    guard target < ChunkList.largestChunk else { return ChunkList.largestChunk }
    return 1 << (Int.bitWidth - (target - 1).leadingZeroBitCount)
  }

  // MARK: - Reading

  /// The pieces that hold `count` bytes from `offset` on, which must lie inside: otherwise there
  /// are fewer or none.
  package func slices(from offset: Int64, count: Int) -> [ChunkSlice] {
    var result: [ChunkSlice] = []
    guard let first = entries.first, offset >= first.start else { return [] }
    var index = indexOfEntry(holding: offset)
    var position = offset
    var missing = count
    while missing > 0, index < entries.count {
      let entry = entries[index]
      let skipped = Int(position - entry.start)
      let taken = min(entry.count - skipped, missing)
      if taken > 0 {
        result.append(
          ChunkSlice(chunk: entry.chunk, offset: entry.offset + skipped, count: taken))
      }
      position += Int64(taken)
      missing -= taken
      index += 1
    }
    return result
  }

  /// A copy of `count` bytes from `offset` on, which must lie inside.
  package func bytes(from offset: Int64, count: Int) -> [UInt8] {
    let pieces = slices(from: offset, count: count)
    return unsafe [UInt8](unsafeUninitializedCapacity: count) { target, initialized in
      for piece in pieces {
        let source = unsafe UnsafeRawBufferPointer(start: piece.pointer, count: piece.count)
        unsafe UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(target)[
            initialized..<(initialized + piece.count)]
        ).copyMemory(from: source)
        initialized += piece.count
      }
    }
  }

  private func indexOfEntry(holding offset: Int64) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].end <= offset { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: - Giving up bytes

  /// Forgets the chunks that lie wholly below `offset`.
  package mutating func dropChunks(below offset: Int64) {
    let count = offset >= end ? entries.count : indexOfEntry(holding: offset)
    guard count > 0 else { return }
    for entry in entries[..<count] {
      capacity -= entry.chunk.capacity
      garbage.append(entry.chunk)
    }
    entries.removeFirst(count)
    if entries.isEmpty { isTailWritable = false }
  }

  /// Forgets everything; offsets go on from where they are.
  package mutating func dropAll() {
    dropChunks(below: .max)
  }

  /// Takes the bytes of `source` over, leaving it empty. Large chunks change hands uncopied.
  package mutating func takeAll(of source: inout ChunkList) {
    for entry in source.entries {
      let worthwhile =
        entry.count >= ChunkList.adoptionThreshold && entry.count > entry.chunk.capacity / 4 * 3
      if worthwhile {
        source.capacity -= entry.chunk.capacity
        capacity += entry.chunk.capacity
        entries.append(
          Entry(chunk: entry.chunk, start: end, offset: entry.offset, count: entry.count))
        end &+= Int64(entry.count)
        isTailWritable = false
      } else {
        let pointer = unsafe entry.chunk.base + entry.offset
        unsafe append(UnsafeRawBufferPointer(start: pointer, count: entry.count))
        source.capacity -= entry.chunk.capacity
        source.garbage.append(entry.chunk)
      }
    }
    source.entries = []
    source.isTailWritable = false
  }
}
