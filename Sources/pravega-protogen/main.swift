// SPDX-License-Identifier: Apache-2.0

internal import FoundationEssentials
internal import Glibc
internal import PravegaProtobuf

// Writes the Swift files of PravegaProtobuf/Generated:
//
//   protoc --include_source_info --descriptor_set_out=controller.bin Controller.proto
//   pravega-protogen controller.bin Sources/PravegaProtobuf/Generated

/// Reads a descriptor set and writes the files of all that is in it.
private func generate(_ arguments: [String]) throws {
  guard arguments.count == 2 else { throw GeneratorError.usage }
  let set = try DescriptorSet(protobuf: [UInt8](Data(contentsOf: URL(filePath: arguments[0]))))
  let folder = URL(filePath: arguments[1], directoryHint: .isDirectory)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  for file in set.files {
    for (name, source) in try Generator(file, namespace: "Proto").files() {
      try Data(source.utf8).write(to: folder.appending(path: name))
    }
  }
}

do {
  try generate(Array(CommandLine.arguments.dropFirst()))
} catch {
  let line = Array("pravega-protogen: \(error)\n".utf8)
  _ = unsafe write(STDERR_FILENO, line, line.count)
  exit(1)
}
