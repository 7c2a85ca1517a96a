// SPDX-License-Identifier: Apache-2.0

import XCTest

@testable import PravegaCore

final class SecretsTests: XCTestCase {
  private let token = "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJ4In0.b3Blbi1z_ZXN-hbWU"

  func testTokensAreHiddenWhereverTheyStand() {
    for (text, shown) in [
      (token, "***"), ("token=\(token), rejected", "token=***, rejected"),
      ("Bearer \(token).", "Bearer ***."), ("\(token) and \(token)", "*** and ***"),
      ("a.\(token)", "a.***"), ("'\(token)'", "'***'"), ("\n\(token)\n", "\n***\n"),
      ("half: \(token.prefix(30))", "half: ***"), ("ü\(token)ü", "ü***ü"),
    ] { XCTAssertEqual(Secrets.hideTokens(in: text), shown) }
  }

  func testNothingElseIsHidden() {
    for text in [
      "", ".", "eyJ", "the segment keyJoinerOfManyThingsThatAreLong.#epoch.0",
      "demo/eyJ1/0.#epoch.0", "HeyJudeDoNotMakeItBadTakeASadSong", "a=b.c-d_e", "ü, ö and ß.",
    ] { XCTAssertEqual(Secrets.hideTokens(in: text), text) }
  }

  func testAControllersAnswerIsRidOfTokensToo() {
    let secrets = Secrets(DefaultCredentials(userName: "ann", password: "open-sesame"))
    XCTAssertEqual(secrets.hide(in: "open-sesame or \(token)?"), "*** or ***?")
    XCTAssertEqual(Secrets(nil).hide(in: "open-sesame or \(token)?"), "open-sesame or ***?")
  }
}
