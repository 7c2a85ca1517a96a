// SPDX-License-Identifier: Apache-2.0

import PravegaCLIKit

/// `pravega wire decode`: recorded bytes of a segment store's connection, one line per frame.
enum WireCommand {
  static let command = Command(
    "wire", "Looks at the protocol of segment stores.",
    subcommands: [
      Command(
        "decode", "Decodes frames, one line each, from files or standard input.",
        discussion: """
          The input is hexadecimal text; white space, colons and 0x are skipped. --binary takes bytes.
          Secrets are masked.
          """,
        arguments: [Argument("FILE", "what to decode; none or '-': standard input", count: .any)],
        options: [.flag("binary", "the input is bytes, not hexadecimal text")],
        examples: [
          Example("echo ffffff81000000080000001000000005 | pravega wire decode", "A greeting"),
          Example("pravega wire decode --binary capture.bin", "A recorded connection"),
        ],
        action: FrameLister.run)
    ])
}
