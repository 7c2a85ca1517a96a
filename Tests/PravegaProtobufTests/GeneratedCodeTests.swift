// SPDX-License-Identifier: Apache-2.0

import Foundation
import PravegaTestKit
import XCTest

/// The generated files are in the repository; this makes them anew and compares.
final class GeneratedCodeTests: XCTestCase {
  private let sources = RecordedMessages.root.appending(path: "Sources/PravegaProtobuf")

  func testTheGeneratedFilesAreWhatTheGeneratorMakesOfTheProtoFile() throws {
    guard let protoc = find("protoc") else {
      throw XCTSkip("protoc is not installed (apt-get install protobuf-compiler)")
    }
    let generator = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "pravega-protogen")
    guard FileManager.default.isExecutableFile(atPath: generator.path) else {
      throw XCTSkip("pravega-protogen is not built beside the tests")
    }
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "protogen-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let descriptors = folder.appending(path: "controller.bin")
    let output = folder.appending(path: "out")
    try run(
      protoc,
      [
        "--proto_path=\(sources.appending(path: "Protos").path)", "--include_source_info",
        "--descriptor_set_out=\(descriptors.path)", "Controller.proto",
      ])
    try run(generator, [descriptors.path, output.path])
    try XCTAssertEqual(texts(output), texts(sources.appending(path: "Generated")))
  }

  private func texts(_ folder: URL) throws -> [String: String] {
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    let pairs = try files.map {
      ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8))
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  private func find(_ program: String) -> URL? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").map { URL(filePath: String($0)).appending(path: program) }
      .first { FileManager.default.isExecutableFile(atPath: $0.path) }
  }

  private func run(_ program: URL, _ arguments: [String]) throws {
    let (code, _, _) = try ChildProcess.run(
      program.path, arguments, output: .inherited, errors: .inherited)
    XCTAssertEqual(code, 0, program.lastPathComponent)
  }
}
