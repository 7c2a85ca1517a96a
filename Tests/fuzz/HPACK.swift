// SPDX-License-Identifier: Apache-2.0

// sources: PravegaHTTP2
// seeds: header-blocks
// longest: 1024
// memory: 1

/// Header blocks of one connection, one after the other: the dynamic table lives on. A list is
/// never larger than its limit, and what was decoded is the same after encoding and decoding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  var decoder = HPACKDecoder(maximumListSize: 16_384)
  for bytes in input.split(separator: 0xFF, omittingEmptySubsequences: false) {
    guard let block = try? decoder.decode(bytes) else { return 0 }
    precondition(block.fields.reduce(0) { $0 + $1.tableSize } <= 16_384)
    if bytes.count % 8 == 0, !block.isTooLarge { check(block.fields) }
  }
  return 0
}

private func check(_ fields: [HeaderField]) {
  var (encoder, decoder) = (HPACKEncoder(), HPACKDecoder(maximumListSize: 16_384))
  let again = try? decoder.decode(encoder.encode(fields)[...])
  let isSame = again?.fields.elementsEqual(fields) { $0.name == $1.name && $0.value == $1.value }
  precondition(isSame == true)
}
