// SPDX-License-Identifier: Apache-2.0

/// Names of segments beside those of streams: of transactions and large events.
package enum SegmentName {
  package static let epochDelimiter = ".#epoch."
  package static let transactionDelimiter = "#transaction."
  package static let transientDelimiter = "#transient."
  /// Length of an id in a segment name: 32 hexadecimal digits.
  private static let idLength = 32

  /// The segment into which a transaction's events for `parent` go.
  package static func transaction(_ id: TransactionID, of parent: Segment) -> String {
    parent.qualifiedName + transactionDelimiter + id.hexadecimal
  }

  /// What the name of a large event's segment begins with; the server adds 32 random digits.
  package static func transientPrefix(writer: UniqueID, of parent: String) -> String {
    parent + transientDelimiter + writer.hexadecimal + "."
  }

  /// The epoch in which a transaction was begun.
  package static func epoch(of transaction: TransactionID) -> Int32 {
    Int32(truncatingIfNeeded: transaction.high >> 32)
  }

  /// The parent's name when `name` is that of a transaction's segment, else nil.
  package static func parent(ofTransactionSegment name: String) -> Substring? {
    guard let start = lastStart(of: transactionDelimiter, in: name) else { return nil }
    let idStart = name.utf8.index(start, offsetBy: transactionDelimiter.utf8.count)
    guard name.utf8.distance(from: idStart, to: name.utf8.endIndex) >= idLength else { return nil }
    return name[..<start]
  }

  /// The transaction when `name` is that of a transaction's segment, else nil.
  package static func transaction(of name: String) -> TransactionID? {
    guard let parent = parent(ofTransactionSegment: name) else { return nil }
    let id = name.dropFirst(parent.count + transactionDelimiter.count).prefix(idLength)
    return TransactionID(hexadecimal: id)
  }

  /// The segment by which the store of `name` is looked up: the parent of a transaction's or a
  /// transient segment, else the name itself.
  package static func primary(of name: String) -> Substring {
    if let parent = parent(ofTransactionSegment: name) { return parent }
    guard let start = lastStart(of: transientDelimiter, in: name) else { return name[...] }
    return name[..<start]
  }

  private static func lastStart(of delimiter: String, in name: String) -> String.Index? {
    let name = name.utf8
    let delimiter = delimiter.utf8
    guard name.count >= delimiter.count, name.contains(UInt8(ascii: "#")) else { return nil }
    var start = name.index(name.endIndex, offsetBy: -delimiter.count)
    while true {
      if name[start...].starts(with: delimiter) { return start }
      guard start > name.startIndex else { return nil }
      start = name.index(before: start)
    }
  }
}
