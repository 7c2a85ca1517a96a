// SPDX-License-Identifier: Apache-2.0

extension CallFailure {
  /// The same without the secrets that a controller may have put into its answer.
  func hiding(_ secrets: Secrets) -> CallFailure {
    var copy = self
    copy.detail = secrets.hide(in: detail)
    if case .status(let code, let message) = kind {
      copy.kind = .status(code, secrets.hide(in: message))
    }
    return copy
  }
}
