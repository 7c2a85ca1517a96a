// SPDX-License-Identifier: Apache-2.0

extension ReaderGroupConfig {
  /// Java's rules for a configuration that a user makes.
  func validate() throws(PravegaError) {
    guard !startingStreamCuts.isEmpty else {
      throw refusal(
        "The reader group configuration has no streams.", hint: "Add one with stream(_:).")
    }
    guard maxOutstandingCheckpointRequest > 0 else {
      throw refusal(
        "The limit maxOutstandingCheckpointRequest is \(maxOutstandingCheckpointRequest).")
    }
    for cuts in [startingStreamCuts, endingStreamCuts] { try checkStreams(of: cuts) }
    for (stream, start) in startingStreamCuts {
      try checkOrder(of: stream, start.positions, endingStreamCuts[stream]?.positions ?? [:])
    }
  }

  private func checkStreams(of cuts: [PravegaStream: StreamCut]) throws(PravegaError) {
    for (stream, cut) in cuts where cut.stream != nil && cut.stream != stream {
      throw refusal("The cut given for \(stream) belongs to \(cut.stream?.scopedName ?? "").")
    }
  }

  private func checkOrder(
    of stream: PravegaStream, _ start: [Segment: Int64], _ end: [Segment: Int64]
  ) throws(PravegaError) {
    guard let firstStart = start.keys.min(), let firstEnd = end.keys.min(),
      let lastStart = start.keys.max(), let lastEnd = end.keys.max()
    else { return }
    let isBehind = start.contains { segment, offset in
      end[segment].map { Self.comparable(offset) > Self.comparable($0) } ?? false
    }
    guard !isBehind, firstStart <= firstEnd, lastStart <= lastEnd else {
      throw refusal("The starting cut of \(stream) lies behind its ending cut.")
    }
  }

  /// -1 says that a segment is finished, which is behind all of its offsets.
  private static func comparable(_ offset: Int64) -> Int64 { offset < 0 ? .max : offset }

  private func refusal(_ message: String, hint: String = "") -> PravegaError {
    PravegaError(.invalidArgument, message, hint: hint)
  }
}
