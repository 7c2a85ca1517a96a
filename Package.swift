// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// Swift 6 language mode comes with the tools version; the rest is the project's own strictness.
let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .strictMemorySafety(),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Tests use `XCTest`, whose assertions are not annotated for strict memory safety.
let testing: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: testing)
}

let package = Package(
  name: "pravega-swift",
  products: [
    .library(name: "Pravega", targets: ["Pravega"]),
    .library(name: "PravegaStandalone", targets: ["PravegaStandalone"]),
    .library(name: "PravegaTestKit", targets: ["PravegaTestKit"]),
    .executable(name: "pravega", targets: ["pravega-cli"]),
  ],
  targets: [
    // Bottom up: a target imports only targets above it in this list.
    .systemLibrary(
      name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev", "pkg-config"])]),
    library("PravegaThreads", ["COpenSSL"]),
    library("PravegaNet", ["COpenSSL", "PravegaThreads"]),
    library("PravegaWire"),
    library("PravegaHTTP2"),
    .target(name: "PravegaProtobuf", exclude: ["Protos"], swiftSettings: strict),
    library("PravegaGRPC", ["PravegaThreads", "PravegaNet", "PravegaHTTP2", "PravegaProtobuf"]),
    library(
      "PravegaCore",
      [
        "COpenSSL", "PravegaThreads", "PravegaNet", "PravegaWire", "PravegaProtobuf", "PravegaGRPC",
      ]),
    library("Pravega", ["PravegaThreads", "PravegaCore"]),
    library(
      "PravegaStandalone",
      [
        "COpenSSL", "PravegaThreads", "PravegaNet", "PravegaWire", "PravegaProtobuf", "PravegaGRPC",
        "PravegaCore",
      ]),
    .target(
      name: "PravegaTestKit",
      dependencies: [
        "PravegaThreads", "PravegaNet", "PravegaWire", "PravegaCore", "Pravega",
        "PravegaStandalone",
      ], swiftSettings: testing),
    library("PravegaCLIKit"),
    .executableTarget(
      name: "pravega-cli",
      dependencies: [
        "PravegaThreads", "PravegaNet", "PravegaWire", "PravegaCore", "Pravega",
        "PravegaStandalone", "PravegaCLIKit",
      ], path: "Sources/pravega", swiftSettings: strict),
    .executableTarget(
      name: "pravega-protogen", dependencies: ["PravegaProtobuf"], swiftSettings: strict),
    .executableTarget(
      name: "quickstart", dependencies: ["Pravega", "PravegaStandalone"],
      path: "Examples/QuickStart", swiftSettings: strict),

    tests("PravegaThreadsTests", ["PravegaThreads", "PravegaTestKit"]),
    tests("PravegaNetTests", ["PravegaNet", "PravegaThreads", "PravegaTestKit"]),
    tests("PravegaWireTests", ["PravegaWire"]),
    tests("PravegaHTTP2Tests", ["PravegaHTTP2"]),
    tests(
      "PravegaProtobufTests", ["PravegaProtobuf", "pravega-protogen", "PravegaTestKit"]),
    tests(
      "PravegaGRPCTests",
      ["PravegaGRPC", "PravegaNet", "PravegaThreads", "PravegaHTTP2", "PravegaTestKit"]),
    tests(
      "PravegaCoreTests",
      [
        "PravegaCore", "PravegaGRPC", "PravegaNet", "PravegaProtobuf", "PravegaThreads",
        "PravegaWire", "PravegaTestKit", "PravegaStandalone",
      ]),
    tests(
      "PravegaTests",
      [
        "Pravega", "PravegaCore", "PravegaTestKit", "PravegaStandalone", "PravegaThreads",
        "PravegaNet", "PravegaWire", "PravegaGRPC",
      ]),
    tests(
      "PravegaStandaloneTests",
      [
        "PravegaStandalone", "PravegaWire", "PravegaNet", "PravegaThreads", "PravegaGRPC",
        "PravegaProtobuf", "PravegaCore", "PravegaTestKit",
      ]),
    tests(
      "PravegaCLITests",
      [
        "PravegaCLIKit", "pravega-cli", "PravegaNet", "PravegaThreads", "PravegaWire",
        "PravegaTestKit", "PravegaStandalone",
      ]),
    tests("PravegaIntegrationTests", ["Pravega", "PravegaTestKit"]),
    tests(
      "PravegaFaultTests",
      [
        "Pravega", "PravegaCore", "PravegaNet", "PravegaThreads", "PravegaWire", "PravegaHTTP2",
        "PravegaTestKit", "PravegaStandalone",
      ]),
    tests("TidyTests", []),
  ]
)
