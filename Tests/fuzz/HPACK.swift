// SPDX-License-Identifier: Apache-2.0

// sources: PravegaHTTP2
// seeds: header-blocks

/// Header blocks of one connection, one after the other: the dynamic table lives on.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  var decoder = HPACKDecoder(maximumListSize: 16_384)
  for block in input.split(separator: 0xFF, omittingEmptySubsequences: false) {
    guard (try? decoder.decode(block)) != nil else { return 0 }
  }
  return 0
}
