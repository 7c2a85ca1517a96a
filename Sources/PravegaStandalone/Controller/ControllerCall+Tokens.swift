// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf

extension ControllerCall {
  /// A token always names the stream as given, also an internal one; the right to it is that to
  /// its owner.
  func getDelegationToken(_ request: Proto.StreamInfo) throws -> Proto.DelegationToken {
    guard service.access.isEnabled else { return Proto.DelegationToken() }
    let key = StreamKey(request)
    let (needed, granted) = try rights(request.accessOperation, key)
    try require(needed, .owner(of: key))
    return Proto.DelegationToken(delegationToken: token(.stream(key), granted))
  }

  /// The right that the caller needs, and the one that the token names.
  private func rights(
    _ access: Proto.StreamInfo.AccessOperation, _ key: StreamKey
  ) throws -> (needed: AccessRight, granted: AccessRight) {
    switch access {
    case .unspecified: return (.readUpdate, .readUpdate)
    case .read: return (.read, .read)
    case .none: return (.read, ControllerNames.isInternal(key.name) ? .read : .none)
    case .write, .readWrite:
      if key.name.hasPrefix(ControllerNames.markPrefix) { return (.read, .readUpdate) }
      if key.name.hasPrefix(ControllerNames.groupPrefix) { return (groupRight, .readUpdate) }
      return (.readUpdate, .readUpdate)
    case .any, .unrecognized:
      throw ControllerFailure.invalidArgument("no token for this access")
    }
  }
}
