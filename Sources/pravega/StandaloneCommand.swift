// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega standalone`: the embedded server as a process of its own.
enum StandaloneCommand {
  static let command = Command(
    "standalone", "Runs a Pravega-compatible server that keeps everything in memory.",
    discussion: """
      Prints one line, READY controller=tcp://HOST:PORT store=HOST:PORT, when clients may come.
      SIGTERM and SIGINT end it.
      """,
    options: [
      .value("host", "ADDRESS", "the address to listen on", default: "127.0.0.1"),
      .value("controller-port", "PORT", "0: any free one", default: "9090"),
      .value("store-port", "PORT", "0: any free one", default: "6000"),
      .value(
        "announce", "HOST:PORT", "the store's address as clients shall reach it",
        default: "where a client reached the controller"),
      .value(
        "seed", "SCOPE/STREAM:SEGMENTS", "a stream to begin with", repeatable: true),
      .value("tls-cert", "FILE", "serve TLS with this certificate chain (PEM)", files: true),
      .value("tls-key", "FILE", "and its private key (PEM)", files: true),
      .value(
        "max-memory", "BYTES", "beyond it appends are held back", default: "4GiB"),
      .value(
        "fault", "SPEC",
        "trouble on purpose: NAME@N:ACTION[,...], N+ from the N-th on; actions "
          + "cut, cut=BYTES, drop, dup, delay=MS, hang, wronghost, seal", repeatable: true),
    ],
    examples: [
      Example("pravega standalone", "Serve on the usual ports"),
      Example(
        "pravega standalone --controller-port 0 --store-port 0 --seed demo/s:4",
        "On free ports, with a stream"),
      Example(
        "pravega standalone --fault 'AppendBlockEnd@3:cut'",
        "Cut the connection at the third append"),
    ],
    action: run)

  private static func run(_ invocation: Invocation) throws -> ExitCode {
    try StandaloneRunner(StandaloneSettings(invocation)).run()
  }
}
