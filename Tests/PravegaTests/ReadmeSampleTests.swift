// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import PravegaStandalone
import PravegaTestKit
import XCTest

/// The programs that README and documentation show can be compiled and do what they say.
final class ReadmeSampleTests: LeakCheckedTestCase {
  private static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../..").standardizedFileURL

  /// The Swift programs in a page of Markdown: blocks that import something.
  private func samples(_ page: URL) throws -> [String] {
    let text = try String(contentsOf: page, encoding: .utf8)
    let pieces = text.components(separatedBy: "```swift\n").dropFirst()
    return pieces.compactMap { $0.components(separatedBy: "```").first }
      .filter { $0.hasPrefix("import Pravega\n") }
  }

  private func pages() throws -> [URL] {
    let catalogue = Self.package.appendingPathComponent("Sources/Pravega/Pravega.docc")
    let files = try FileManager.default.contentsOfDirectory(
      at: catalogue, includingPropertiesForKeys: nil)
    return [Self.package.appendingPathComponent("README.md")]
      + files.filter { $0.pathExtension == "md" }.sorted { $0.path < $1.path }
  }

  private func run(_ command: [String], in directory: URL) throws -> (status: Int32, said: String) {
    let (code, said, _) = try ChildProcess.run(
      "/usr/bin/env", ["-C", directory.path] + command, errors: .output)
    return (code, said)
  }

  /// Compiles a program against what this test was built with.
  private func compile(_ source: String, in directory: URL) throws -> String {
    let built = Bundle(for: ReadmeSampleTests.self).bundleURL
    let objects = try [
      "Pravega", "PravegaCore", "PravegaGRPC", "PravegaHTTP2", "PravegaProtobuf", "PravegaWire",
      "PravegaNet", "PravegaThreads", "PravegaStandalone",
    ].flatMap { name in
      try FileManager.default.contentsOfDirectory(
        at: built.appendingPathComponent("\(name).build"), includingPropertiesForKeys: nil
      ).filter { $0.pathExtension == "o" }.map(\.path)
    }
    try source.write(
      to: directory.appendingPathComponent("main.swift"), atomically: true, encoding: .utf8)
    let result = try run(
      [
        "swiftc", "-swift-version", "6", "-warnings-as-errors", "main.swift", "-o", "sample",
        "-I", built.appendingPathComponent("Modules").path,
        "-I", Self.package.appendingPathComponent("Sources/COpenSSL").path, "-lssl", "-lcrypto",
      ] + objects, in: directory)
    XCTAssertEqual(result.status, 0, "\(result.said)\n\(source)")
    return directory.appendingPathComponent("sample").path
  }

  func testThePrograms() throws {
    let isSanitized = Sanitizer.isThread || Sanitizer.isAddress
    try XCTSkipIf(isSanitized, "the objects do not link without the sanitizer")
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("pravega-sample-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    var count = 0
    for page in try pages() {
      for sample in try samples(page) {
        let server = try StandaloneServer.start()
        defer { server.close() }
        let source = sample.replacingOccurrences(
          of: "tcp://localhost:9090", with: server.controllerURI)
        let program = try compile(source, in: directory)
        // People run things twice.
        for _ in 0..<2 {
          let result = try run([program], in: directory)
          XCTAssertEqual(result.status, 0, "\(page.lastPathComponent)\n\(result.said)\n\(sample)")
        }
        count += 1
      }
    }
    XCTAssertGreaterThan(count, 1)
  }

  func testEveryMistakeIsOnThePage() throws {
    let page = try String(
      contentsOf: XCTUnwrap(pages().first { $0.lastPathComponent == "Troubleshooting.md" }),
      encoding: .utf8)
    for mistake in MistakeSentences.byMistake.keys {
      XCTAssertTrue(page.contains("\n| \(mistake) "), mistake)
    }
  }

  /// A manifest that names products which there are.
  func testTheManifest() throws {
    let readme = try String(contentsOf: try XCTUnwrap(pages().first), encoding: .utf8)
    let manifest = try String(
      contentsOf: Self.package.appendingPathComponent("Package.swift"), encoding: .utf8)
    XCTAssertTrue(readme.contains(#".product(name: "Pravega", package: "pravega-swift")"#))
    for product in ["Pravega", "PravegaStandalone", "PravegaTestKit"] {
      XCTAssertTrue(manifest.contains(".library(name: \"\(product)\""), product)
    }
    XCTAssertTrue(manifest.contains(#"name: "pravega-swift""#))
  }
}
