// SPDX-License-Identifier: Apache-2.0

/// How the streams that closed last were closed: what may still arrive on them depends on it. Older
/// ones are forgotten, so that a long connection costs no more than a short one.
struct ClosedStreams: Sendable {
  static let capacity = 1_024

  private var states: [StreamID: StreamState] = [:]
  private var order: [StreamID] = []
  private var oldest = 0

  subscript(id: StreamID) -> StreamState? { states[id] }

  mutating func record(_ id: StreamID, _ state: StreamState) {
    guard states.updateValue(state, forKey: id) == nil else { return }
    guard order.count == Self.capacity else {
      order.append(id)
      return
    }
    states[order[oldest]] = nil
    order[oldest] = id
    oldest = (oldest + 1) % Self.capacity
  }
}
