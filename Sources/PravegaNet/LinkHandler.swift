// SPDX-License-Identifier: Apache-2.0

package import PravegaThreads

/// What a connection does with the bytes of its ``Link``.
///
/// The link keeps its handler alive until ``linkClosed(_:)`` has returned.
package protocol LinkHandler: AnyObject, Sendable {
  /// IO thread: where the next bytes go. An empty space pauses reading until
  /// ``Link/resumeReading()``.
  func linkReceiveSpace() -> UnsafeMutableRawBufferPointer

  /// IO thread: that many bytes arrived in the space returned last. An error ends the link.
  func linkReceived(_ count: Int) throws

  /// Holder of the sending token, no lock held: appends what is to be sent next. False when
  /// there is nothing; ``Link/kick()`` after more has come.
  func linkNextBatch(_ batch: inout SendBatch) -> Bool

  /// IO thread: once at the start and then at the deadline returned last. For keep-alives and
  /// time-outs.
  func linkTick() -> Deadline

  /// The last call, made once: by the IO thread, or by whoever closes a link never started.
  ///
  /// - Parameter error: nil when this side asked for the end; `.closed` when the peer ended it in
  ///   order.
  func linkClosed(_ error: NetError?)
}
