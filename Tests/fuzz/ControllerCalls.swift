// SPDX-License-Identifier: Apache-2.0

// joined: PravegaThreads PravegaProtobuf
// joined: PravegaCore/Model PravegaCore/State/Envelope.swift
// joined: PravegaCore/State/RevisionReader.swift PravegaCore/State/RevisionWriter.swift
// joined: PravegaCore/State/RevisionCoding+Model.swift PravegaCore/State/ModifiedUTF8.swift
// joined: PravegaCore/State/SerializationError.swift
// joined: PravegaCore/ReaderGroup/PositionSnapshot.swift
// joined: PravegaCore/Errors/PravegaError.swift PravegaCore/Errors/PravegaError+Code.swift
// joined: PravegaCore/Errors/PravegaError+Description.swift
// joined: PravegaStandalone/Controller PravegaStandalone/Storage
// without: ControllerServer|ControllerFaults|TransactionNames|ClientConfig
// renamed: PravegaCore SegmentName
// seeds: controller-calls
// longest: 1024
// memory: 2

// The file of that name says which of two modules it means; here is only one.
typealias TransactionNames = PravegaCoreSegmentName

private let methods = ControllerService.methods.sorted()
private let caller = ControllerCaller()

/// Calls of a client at the embedded controller, over the embedded store, where one scope and one
/// stream exist: for each the number of its method, two bytes of length and a message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = UnsafeBufferPointer(start: start, count: count)[...]
  let clock = Monitor<Int64>(1_000_000)
  let core = ControllerCore(storage: SegmentStore(memoryLimit: 1 << 20)) { clock.withLock { $0 } }
  let service = ControllerService(core: core) { _ in ("127.0.0.1", 1) }
  _ = try? core.createScope("s")
  _ = try? core.createStream(StreamKey("s", "t"), .fixed(2))
  var calls = 0
  while input.count >= 3, calls < 16 {
    calls += 1
    let (number, high, low) = (input.removeFirst(), input.removeFirst(), input.removeFirst())
    let body = Array(input.prefix(Int(high) << 8 | Int(low)))
    input = input.dropFirst(body.count)
    // Ten thousand segments are allowed and take a millisecond each hundred.
    if body.count > 400 { return 0 }
    _ = try? service.answer(methods[Int(number) % methods.count], body, from: caller)
    if number >= 128 {
      clock.withLock { $0 += 3_600_000 }
      core.tick()
    }
  }
  return 0
}
