// SPDX-License-Identifier: Apache-2.0

// sources: PravegaCore/Model PravegaCore/ReaderGroup PravegaCore/State PravegaCore/Errors PravegaCore/Logging
// without: ReaderGroupCodec|ClientConfig
// seeds: stored-forms
// longest: 2048
// memory: 1

/// What lies in streams and tokens, written by clients of any language. The first byte chooses.
/// What decodes must encode to bytes that decode and encode to the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard count > 0 else { return 0 }
  let input = UnsafeBufferPointer(start: start, count: count)
  let bytes = Array(input[1...])
  switch input[0] % 8 {
  case 0: _ = try? ReaderGroupUpdate.decode(bytes)
  case 1: check(bytes, StreamCut.init(bytes:)) { $0.toBytes() }
  case 2: check(bytes, Position.init(bytes:)) { $0.toBytes() }
  case 3: check(bytes, EventPointer.init(bytes:)) { $0.toBytes() }
  case 4: check(bytes, Checkpoint.init(bytes:)) { $0.toBytes() }
  case 5: check(bytes, ReaderGroupConfig.init(bytes:)) { $0.toBytes() }
  case 6: check(bytes, CheckpointState.init(bytes:)) { try? $0.toBytes() }
  default: check(bytes, StateRecord.decode) { $0.encode() }
  }
  return 0
}

private func check<T>(
  _ bytes: [UInt8], _ decode: ([UInt8]) throws -> T, _ encode: (T) -> [UInt8]?
) {
  guard let value = try? decode(bytes), let encoded = encode(value) else { return }
  guard let again = try? decode(encoded) else { preconditionFailure("cannot read its own bytes") }
  precondition(encode(again) == encoded)
}
