// SPDX-License-Identifier: Apache-2.0

/// What a header list must look like (RFC 9113 sections 8.2 and 8.3).
enum HeaderRules {
  static func malformed(_ id: StreamID, _ why: String) -> HTTP2Error {
    HTTP2Error(.protocolError, stream: id, "malformed message: \(why)")
  }

  static func wrongLength(_ id: StreamID) -> HTTP2Error {
    malformed(id, "content-length does not fit")
  }

  static func checkRequest(_ fields: [HeaderField], _ id: StreamID) throws(HTTP2Error) {
    let pseudo = try checkFields(fields, id)
    let allowed: Set = [":method", ":scheme", ":path", ":authority"]
    for name in pseudo.keys where !allowed.contains(name) {
      throw malformed(id, "pseudo field \(name)")
    }
    guard let method = pseudo[":method"], !method.isEmpty else { throw malformed(id, "no :method") }
    guard method != "CONNECT" else { throw malformed(id, "CONNECT") }
    guard let scheme = pseudo[":scheme"], !scheme.isEmpty else { throw malformed(id, "no :scheme") }
    guard let path = pseudo[":path"], !path.isEmpty else { throw malformed(id, "no :path") }
  }

  static func checkResponse(
    _ fields: [HeaderField], _ id: StreamID
  ) throws(HTTP2Error) -> (status: Int, isInformational: Bool) {
    let pseudo = try checkFields(fields, id)
    guard pseudo.count == 1, let text = pseudo[":status"] else {
      throw malformed(id, "no :status, or more than that")
    }
    guard text.utf8.count == 3, let status = Int(text), status >= 100 else {
      throw malformed(id, "the status is not a number")
    }
    return (status, status < 200)
  }

  static func checkTrailers(
    _ fields: [HeaderField], endStream: Bool, _ id: StreamID
  ) throws(HTTP2Error) {
    guard endStream else { throw malformed(id, "a second header list that does not end it") }
    guard try checkFields(fields, id).isEmpty else {
      throw malformed(id, "pseudo field in trailers")
    }
  }

  /// - Returns: the pseudo fields, each of which may come once and only before the others.
  private static func checkFields(
    _ fields: [HeaderField], _ id: StreamID
  ) throws(HTTP2Error) -> [String: String] {
    var pseudo: [String: String] = [:]
    var sawRegular = false
    for field in fields {
      guard isValidName(field.name) else { throw malformed(id, "a field name") }
      guard isValidValue(field.value) else { throw malformed(id, "a field value") }
      guard field.name.first == UInt8(ascii: ":") else {
        sawRegular = true
        guard !isConnectionSpecific(field) else { throw malformed(id, "field \(field.nameText)") }
        continue
      }
      guard !sawRegular else { throw malformed(id, "a pseudo field behind others") }
      guard pseudo.updateValue(field.valueText, forKey: field.nameText) == nil else {
        throw malformed(id, "\(field.nameText) twice")
      }
    }
    return pseudo
  }

  /// Visible ASCII without capital letters; a colon only in front.
  private static func isValidName(_ name: [UInt8]) -> Bool {
    let rest = name.first == UInt8(ascii: ":") ? name.dropFirst() : name[...]
    return !rest.isEmpty
      && rest.allSatisfy {
        $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: ":") && !(0x41...0x5a).contains($0)
      }
  }

  private static func isValidValue(_ value: [UInt8]) -> Bool {
    let isBlank = { (byte: UInt8?) in byte == 0x20 || byte == 0x09 }
    guard !isBlank(value.first), !isBlank(value.last) else { return false }
    return !value.contains { $0 == 0x00 || $0 == 0x0a || $0 == 0x0d }
  }

  private static func isConnectionSpecific(_ field: HeaderField) -> Bool {
    switch field.nameText {
    case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade": true
    case "te": field.valueText != "trailers"
    default: false
    }
  }
}
