// SPDX-License-Identifier: Apache-2.0

// sources: PravegaCore/Model PravegaCore/ReaderGroup PravegaCore/State PravegaCore/Errors PravegaCore/Logging
// sources: PravegaCore/Controller/ControllerURI.swift
// sources: PravegaCore/Controller/ControllerURIParser.swift
// without: ReaderGroupCodec|ClientConfig
// seeds: texts
// longest: 1024
// memory: 8

/// Texts that users and other clients hand in. The first byte chooses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let input = UnsafeBufferPointer(start: start, count: count)
  let text = String(decoding: input[1...], as: UTF8.self)
  switch input[0] % 8 {
  case 0: _ = try? StreamCut(text: text)
  case 1: _ = try? EventPointer(text: text)
  case 2: _ = Segment(parsing: text)
  case 3: _ = UniqueID(text)
  case 4: _ = try? PravegaStream(scopedName: text)
  case 5: names(text)
  case 6: _ = try? StreamCut.decode(plainText: text)
  default:
    guard let uri = try? ControllerURI(text) else { return 0 }
    precondition((try? ControllerURI(uri.description)) == uri)
  }
  return 0
}

/// The parts of a segment's name are where they were found.
private func names(_ text: String) {
  precondition(text.hasPrefix(SegmentName.primary(of: text)))
  guard let parent = SegmentName.parent(ofTransactionSegment: text) else { return }
  precondition(text.utf8.starts(with: parent.utf8))
  _ = SegmentName.transaction(of: text)
}
