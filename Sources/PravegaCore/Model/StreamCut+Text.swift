// SPDX-License-Identifier: Apache-2.0

extension StreamCut {
  /// The most that the text of a cut may decompress to: enough for a hundred thousand segments.
  static let maxTextByteCount = 4 << 20

  /// Reads what ``asText()`` or another client wrote.
  ///
  /// - Throws: ``PravegaError`` with code `invalidArgument` when the text is no stream cut.
  public init(text: String) throws {
    do throws(SerializationError) {
      self = try StreamCut.decode(text: text)
    } catch {
      throw PravegaError(
        .invalidArgument, "The text '\(text.prefix(40))' is no stream cut: \(error).",
        hint: "Give what asText() of a stream cut or 'pravega stream cut' printed.",
        underlying: error)
    }
  }

  /// A text for configuration files and command lines: letters, digits, `+`, `/` and `=`.
  public func asText() -> String {
    guard case .bounded = self else { return Self.unboundedText }
    return Base64.encode(Gzip.compress(Array(plainText.utf8)))
  }

  /// The text before compression: `0:scope/stream:numbers:epochs:offsets`.
  var plainText: String {
    guard case .bounded(let stream, let positions) = self else { return "" }
    let entries = positions.sorted { $0.key < $1.key }
    let lists = [
      entries.map { String($0.key.number) }, entries.map { String($0.key.epoch) },
      entries.map { String($0.value) },
    ]
    let texts = lists.map { $0.joined(separator: ",") }
    return "0:" + stream.scopedName + ":" + texts.joined(separator: ":")
  }

  private static func decode(text: String) throws(SerializationError) -> StreamCut {
    if text == unboundedText { return .unbounded }
    guard text.utf8.count <= 2 * maxTextByteCount, let bytes = Base64.decode(text) else {
      throw SerializationError("it is not base64")
    }
    let plain = try Gzip.decompress(bytes, maxOutput: maxTextByteCount)
    return try decode(plainText: String(decoding: plain, as: UTF8.self))
  }

  static func decode(plainText: String) throws(SerializationError) -> StreamCut {
    let parts = plainText.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, let stream = try? PravegaStream(scopedName: String(parts[1])) else {
      throw SerializationError("the text inside is not '0:scope/stream:...'")
    }
    let numbers: [Int32] = try list(parts[2], least: 0)
    let epochs: [Int32] = try list(parts[3], least: 0)
    let offsets: [Int64] = try list(parts[4], least: -1)
    guard numbers.count == epochs.count, numbers.count == offsets.count else {
      throw SerializationError("its lists have different lengths")
    }
    var positions: [Segment: Int64] = [:]
    for index in numbers.indices {
      let id = Segment.id(number: numbers[index], epoch: epochs[index])
      positions[Segment(stream, segmentID: id)] = offsets[index]
    }
    return .bounded(stream, positions: positions)
  }

  private static func list<I: FixedWidthInteger>(
    _ text: Substring, least: I
  ) throws(SerializationError) -> [I] {
    guard text.utf8.contains(where: { $0 != UInt8(ascii: " ") }) else { return [] }
    var numbers: [I] = []
    var rest = text
    // One after the other: a list of all items would take many times the bytes of the text.
    while true {
      let end = rest.utf8.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
      numbers.append(try number(rest[..<end], least))
      guard end < rest.endIndex else { return numbers }
      rest = rest[rest.utf8.index(after: end)...]
    }
  }

  private static func number<I: FixedWidthInteger>(
    _ item: Substring, _ least: I
  ) throws(SerializationError) -> I {
    let digits = item.drop { $0 == " " }
    let end = digits.lastIndex { $0 != " " }.map { digits.index(after: $0) }
    guard let number = I(digits[..<(end ?? digits.startIndex)]), number >= least else {
      throw SerializationError("'\(item.prefix(32))' is no number of a segment or offset")
    }
    return number
  }
}
