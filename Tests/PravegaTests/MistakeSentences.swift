// SPDX-License-Identifier: Apache-2.0

/// What a person reads after each of the likely mistakes: the whole text, with the address that
/// the test used as `ADDRESS`.
enum MistakeSentences {
  static let byMistake: [String: String] = [
    // MARK: The controller's address
    "nothing listens":
      "createScope demo: Nothing listens at ADDRESS. Check that the controller runs and that this is its "
      + "host and port, 9090 unless configured.",
    "unknown host":
      "createScope demo: The host of ADDRESS is not known. Check the spelling of the controller's "
      + "host name.",
    "segment store as controller":
      "createScope demo: The server at ADDRESS closes the connection without an answer. Use the "
      + "controller's port (9090 unless configured), not a segment store's, and tls:// if it wants "
      + "TLS.",
    "web server":
      "createScope demo: The server at ADDRESS is a web server, not a Pravega controller. Use the "
      + "controller's gRPC port, 9090 unless configured.",
    "unimplemented":
      "createScope demo: The controller does not offer this call (Method not found: ADDRESS). Check "
      + "that the server is a Pravega controller of a version that has it.",
    "time-out":
      "createScope demo: The controller at ADDRESS did not answer before the deadline. Try again, "
      + "or give the call more time.",

    "controller swallows packets":
      "createScope demo: The controller at ADDRESS cannot be reached: connect: ETIMEDOUT (110) "
      + "ADDRESS. Check the network, a firewall, and that the host is the controller's.",
    "controller is silent":
      "createScope demo: The server at ADDRESS accepts connections but does not answer. Check that "
      + "it is a controller in good health.",
    "file limit":
      "createScope demo: This process has reached its limit of open files. Close what is not needed "
      + "or raise the limit (ulimit -n).",

    // MARK: TLS
    "TLS on a plain port":
      "createScope demo: The server at ADDRESS speaks plain text, but TLS was asked for. Write the "
      + "address as tcp://ADDRESS.",
    "plain on a TLS port":
      "createScope demo: The server at ADDRESS wants TLS, but was spoken to in plain text. Write "
      + "the address as tls://ADDRESS.",
    "missing CA file":
      "The trust store cannot be used: open: ENOENT (2): cannot read ADDRESS. Name a PEM file, or a directory of them, that this "
      + "process may read.",
    "wrong CA":
      "createScope demo: The certificate of ADDRESS is not signed by an authority that this client "
      + "trusts. Name the file with the authority's certificate as trust store or CA file.",
    "host name mismatch":
      "createScope demo: The certificate of ADDRESS is for another host. Use the host name that is "
      + "in the certificate, or have one issued for this name.",
    "expired certificate":
      "createScope demo: The certificate of ADDRESS is out of date. Renew it, and check the clocks "
      + "of both machines.",

    // MARK: Names and arguments
    "name with a space":
      "The stream name 'my stream' contains a space. Use letters, digits, '.' and '-' only.",
    "name too long":
      "The scope name 'ADDRESS...' has 300 characters; at most 255 are allowed. Choose a shorter "
      + "name.",
    "reserved name":
      "The scope name '_demo' is reserved, because it begins with an underscore. Use letters, "
      + "digits, '.' and '-' only.",
    "event over the limit":
      "The event has 8388609 bytes; the limit is 8388608. Split it into smaller events.",
    "group without streams":
      "The reader group configuration has no streams. Add one with stream(_:).",

    // MARK: What is not there, or not any more
    "unknown scope":
      "createStream: The scope 'demo' does not exist. Create it first, or check its name.",
    "unknown stream":
      "getCurrentSegments: The stream 'demo/none' does not exist. Create it first, or check its "
      + "scope and name.",
    "sealed stream":
      "The stream demo/s is sealed and takes no more events. Write to another stream.",
    "deleted stream":
      "getCurrentSegments: The stream 'demo/s' does not exist. Create it first, or check its scope "
      + "and name.",
    "stream deleted in use":
      "getSegmentsImmediatelyFollowing demo/s/0.#epoch.0: The stream 'demo/s' does not exist. "
      + "Create it first, or check its scope and name.",
    "events lost in use":
      "The segment demo/s/0.#epoch.0 was truncated before its events at offset 0 were read. Call "
      + "again to go on with what is left.",
    "group missing":
      "The reader group 'demo/g' does not exist. Create it with createReaderGroup first.",
    "reader name in use":
      "The reader 'r' is already in reader group 'demo/g'. Give every reader a name of its own, or "
      + "declare a dead one offline.",
    "closed factory": "The client was closed. Create another one and use that.",

    // MARK: Segment stores
    "controller as segment store":
      "The server at ADDRESS speaks the controller's protocol, not a segment "
      + "store's protocol. Check the address that the segment store publishes; its port is 12345 "
      + "unless configured.",
    "store out of reach":
      "Nothing listens at ADDRESS, the address of a segment store. Check that the segment store "
      + "runs and that its published address can be reached from here.",
    "store swallows packets":
      "The segment store ADDRESS cannot be reached. Check the segment store's published address and "
      + "the network between.",
    "store is silent":
      "The server at ADDRESS accepted the connection but did not answer. Check that the address is "
      + "a segment store's, and that the store is in good health.",
    "echo as segment store":
      "The server at ADDRESS sends back what it is sent. Check the address that the segment store "
      + "publishes; its port is 12345 unless configured.",
    "web server as segment store":
      "The server at ADDRESS is a web server, not a segment store. Check the address that the "
      + "segment store publishes; its port is 12345 unless configured.",
    "store of a wrong CA":
      "The certificate of ADDRESS is not signed by an authority that this client trusts. Name the "
      + "file with the authority's certificate as trust store or CA file.",
    "store of another host name":
      "The certificate of ADDRESS is for another host. Use the host name that is in the "
      + "certificate, or have one issued for this name.",
    "store of an expired certificate":
      "The certificate of ADDRESS is out of date. Renew it, and check the clocks of both machines.",
    "TLS to a plain store":
      "The server at ADDRESS closed the connection during the TLS handshake. Use tcp:// where the "
      + "servers have no TLS, and check the port.",
    "plain to a TLS store":
      "The server at ADDRESS wants TLS, but was spoken to in plain text. Use a tls:// address for "
      + "the controller, or switch TLS to the segment stores on.",
    "store of an unknown host":
      "The host of ADDRESS, the address of a segment store, is not known. Check the address that "
      + "the segment store publishes.",
    "wire versions":
      "The segment store ADDRESS speaks wire versions 20 to 30, this client 5 to 17. Use a client "
      + "and a server of closer releases.",
    "bad token":
      "demo/s/0.#epoch.0: The segment store ADDRESS refused the delegation token. Check that "
      + "controller and segment store share their token signing key.",
    "expired token":
      "demo/s/0.#epoch.0: The delegation token has expired. Check the clocks of client and servers "
      + "if this goes on; tokens are renewed by themselves.",
    "bad token of a reader":
      "The segment store ADDRESS refused the delegation token. Check that controller and segment "
      + "store share their token signing key.",
    "expired token of a reader":
      "The delegation token has expired. Check the clocks of client and servers if this goes on; "
      + "tokens are renewed by themselves.",
    "bad credentials":
      "createScope demo: The controller does not accept the credentials (Authentication failed). "
      + "Check user name and password, or the token.",

    // MARK: The embedded server
    "port in use":
      "The server cannot listen: bind: EADDRINUSE (98) ADDRESS. Choose another port, or 0 for any "
      + "free one.",
  ]
}
