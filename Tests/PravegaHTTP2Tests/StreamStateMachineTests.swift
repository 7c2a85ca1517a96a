// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaHTTP2

/// The life of a stream as a table: RFC 9113 section 5.1.
final class StreamStateMachineTests: XCTestCase {
  /// Rows are states, columns the inputs in the order of `StreamInput`. `!` refused to this side,
  /// `-` ignored, `S` stream error STREAM_CLOSED, `C` connection error STREAM_CLOSED, `P` connection
  /// error PROTOCOL_ERROR, else the next state.
  private static let table: [(StreamState, String)] = [
    (.idle, "o l ! ! ! ! o r P P P P"),
    (.open, "o l o l o u o r o r o p"),
    (.halfClosedLocal, "! ! ! ! l u l e l e l p"),
    (.halfClosedRemote, "r e r e ! u S S S S r p"),
    (.ended, "! ! ! ! ! ! C C C C - -"),
    (.resetByUs, "! ! ! ! ! ! - - - - - -"),
    (.resetByPeer, "! ! ! ! ! ! S S S S - -"),
  ]

  func testEveryStateAndInput() {
    XCTAssertEqual(Self.table.map(\.0), StreamState.allCases)
    for (state, row) in Self.table {
      let cells = row.split(separator: " ")
      XCTAssertEqual(cells.count, StreamInput.allCases.count)
      for (input, cell) in zip(StreamInput.allCases, cells) {
        XCTAssertEqual(state.after(input), Self.transition(cell), "\(state) \(input)")
      }
    }
  }

  func testClosedStatesAreNeverLeft() {
    for state in StreamState.allCases where state.isClosed {
      for input in StreamInput.allCases {
        if case .to(let next) = state.after(input) { XCTFail("\(state) -> \(next)") }
      }
    }
  }

  private static func transition(_ cell: Substring) -> StreamTransition {
    switch cell {
    case "o": .to(.open)
    case "l": .to(.halfClosedLocal)
    case "r": .to(.halfClosedRemote)
    case "e": .to(.ended)
    case "u": .to(.resetByUs)
    case "p": .to(.resetByPeer)
    case "-": .ignore
    case "S": .streamError(.streamClosed)
    case "C": .connectionError(.streamClosed)
    case "P": .connectionError(.protocolError)
    default: .refused
    }
  }
}
