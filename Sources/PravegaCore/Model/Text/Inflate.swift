// SPDX-License-Identifier: Apache-2.0

/// Decompression of deflate data (RFC 1951), with a limit on what may come out.
struct Inflate {
  private var bits: BitReader
  private var output: [UInt8] = []
  private let maxOutput: Int

  /// Decompresses the stream at the start of `bytes`; `rest` is what follows it.
  static func decompress(
    _ bytes: ArraySlice<UInt8>, maxOutput: Int
  ) throws(SerializationError) -> (output: [UInt8], rest: ArraySlice<UInt8>) {
    var inflate = Inflate(bits: BitReader(bytes), maxOutput: maxOutput)
    while try !inflate.block() {}
    return (inflate.output, inflate.bits.rest)
  }

  private init(bits: BitReader, maxOutput: Int) {
    self.bits = bits
    self.maxOutput = maxOutput
  }

  /// Decompresses one block; true when it was the last one.
  private mutating func block() throws(SerializationError) -> Bool {
    let isLast = try bits.next(1) == 1
    switch try bits.next(2) {
    case 0: try stored()
    case 1: try compressed(HuffmanCode.fixedLiterals, HuffmanCode.fixedDistances)
    case 2: try dynamic()
    default: throw SerializationError("compressed data has a block of unknown type")
    }
    return isLast
  }

  private mutating func stored() throws(SerializationError) {
    bits.align()
    let header = Array(try bits.take(4))
    let length = Int(header[0]) | Int(header[1]) << 8
    guard length ^ 0xffff == Int(header[2]) | Int(header[3]) << 8 else {
      throw SerializationError("the length of a stored block is damaged")
    }
    try reserve(length)
    output.append(contentsOf: try bits.take(length))
  }

  private mutating func dynamic() throws(SerializationError) {
    let literalCount = try bits.next(5) + 257
    let distanceCount = try bits.next(5) + 1
    let lengthCount = try bits.next(4) + 4
    var lengths = [Int](repeating: 0, count: 19)
    for symbol in Self.lengthOrder.prefix(lengthCount) { lengths[symbol] = try bits.next(3) }
    let all = try codeLengths(literalCount + distanceCount, HuffmanCode(lengths: lengths))
    try compressed(
      HuffmanCode(lengths: Array(all[..<literalCount])),
      HuffmanCode(lengths: Array(all[literalCount...])))
  }

  /// The lengths of both codes of a block, themselves compressed.
  private mutating func codeLengths(
    _ count: Int, _ code: HuffmanCode?
  ) throws(SerializationError) -> [Int] {
    guard let code else { throw SerializationError("the code of a block is impossible") }
    var lengths: [Int] = []
    while lengths.count < count {
      let symbol = try code.decode(&bits)
      switch symbol {
      case 0...15:
        lengths.append(symbol)
      case 16:
        guard let last = lengths.last else {
          throw SerializationError("a block repeats a length that it does not have")
        }
        lengths += [Int](repeating: last, count: try bits.next(2) + 3)
      case 17:
        lengths += [Int](repeating: 0, count: try bits.next(3) + 3)
      default:
        lengths += [Int](repeating: 0, count: try bits.next(7) + 11)
      }
    }
    guard lengths.count == count else {
      throw SerializationError("a block has more lengths than it announced")
    }
    return lengths
  }

  private mutating func compressed(
    _ literals: HuffmanCode?, _ distances: HuffmanCode?
  ) throws(SerializationError) {
    guard let literals, let distances else {
      throw SerializationError("the code of a block is impossible")
    }
    while true {
      let symbol = try literals.decode(&bits)
      switch symbol {
      case 0...255:
        try reserve(1)
        output.append(UInt8(truncatingIfNeeded: symbol))
      case 256:
        return
      default:
        try copy(lengthSymbol: symbol - 257, distances)
      }
    }
  }

  /// Repeats something that came out before.
  private mutating func copy(
    lengthSymbol: Int, _ distances: HuffmanCode
  ) throws(SerializationError) {
    guard lengthSymbol < Self.lengths.count else {
      throw SerializationError("compressed data repeats an impossible length")
    }
    let (base, extra) = Self.lengths[lengthSymbol]
    let length = base + (try bits.next(extra))
    let distanceSymbol = try distances.decode(&bits)
    guard distanceSymbol < Self.distances.count else {
      throw SerializationError("compressed data repeats from an impossible distance")
    }
    let (distanceBase, distanceExtra) = Self.distances[distanceSymbol]
    let distance = distanceBase + (try bits.next(distanceExtra))
    guard distance <= output.count else {
      throw SerializationError("compressed data repeats what lies before its start")
    }
    try reserve(length)
    for _ in 0..<length { output.append(output[output.count - distance]) }
  }

  private func reserve(_ count: Int) throws(SerializationError) {
    guard count <= maxOutput - output.count else {
      throw SerializationError("decompressed data has more than \(maxOutput) bytes")
    }
  }

  /// In which order a dynamic block gives the lengths of its length code.
  private static let lengthOrder = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
  ]

  /// Base and number of extra bits of each length symbol from 257 on.
  private static let lengths = (0..<28).map(length) + [(base: 258, extra: 0)]

  private static func length(_ symbol: Int) -> (base: Int, extra: Int) {
    guard symbol >= 8 else { return (3 + symbol, 0) }
    let extra = symbol / 4 - 1
    return (3 + (4 + symbol % 4) << extra, extra)
  }

  /// Base and number of extra bits of each distance symbol.
  private static let distances = (0..<30).map(distance)

  private static func distance(_ symbol: Int) -> (base: Int, extra: Int) {
    guard symbol >= 4 else { return (1 + symbol, 0) }
    let extra = symbol / 2 - 1
    return (1 + (2 + symbol % 2) << extra, extra)
  }
}
