// SPDX-License-Identifier: Apache-2.0

// sources: PravegaCore/Model PravegaCore/ReaderGroup PravegaCore/State PravegaCore/Errors PravegaCore/Logging
// without: ReaderGroupCodec|ClientConfig
// seeds: stored-forms

/// What lies in streams and tokens, written by clients of any language. The first byte chooses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let bytes = Array(input[1...])
  switch input[0] % 8 {
  case 0: _ = try? ReaderGroupUpdate.decode(bytes)
  case 1: _ = try? StreamCut(bytes: bytes)
  case 2: _ = try? Position(bytes: bytes)
  case 3: _ = try? EventPointer(bytes: bytes)
  case 4: _ = try? Checkpoint(bytes: bytes)
  case 5: _ = try? ReaderGroupConfig(bytes: bytes)
  case 6: _ = try? CheckpointState(bytes: bytes)
  default: _ = try? StateRecord.decode(bytes)
  }
  return 0
}
