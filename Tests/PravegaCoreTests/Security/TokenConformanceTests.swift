// SPDX-License-Identifier: Apache-2.0

import PravegaCore
import PravegaTestKit
import XCTest

final class TokenConformanceTests: LeakCheckedTestCase {
  func testTheExpiryIsTheOneThatJavaReads() throws {
    let cases = try Recorded.vectors("retry_and_tokens")["jwtExpiry"].array
    XCTAssertFalse(cases.isEmpty)
    for json in cases {
      let expected = json["expirySeconds"].isNull ? nil : json["expirySeconds"].int
      XCTAssertEqual(DelegationToken(json["token"].string).expirySeconds, expected)
    }
  }

  func testTheExpiryOfARecordedTokenIsRead() {
    let token = DelegationToken(
      "eyJhbGciOiJIUzUxMiJ9.eyJzdWIiOiJzZWdtZW50c3RvcmVyZXNvdXJjZSIsImF1ZCI6InNlZ21lbnRzdG9yZSIs"
        + "ImlhdCI6MTcwMDAwMDAwMCwicHJuOjovc2NvcGU6bXlTY29wZS9zdHJlYW06bXlTdHJlYW0iOiJSRUFEX1VQREFU"
        + "RSIsImV4cCI6MTcwMDAwMDYwMH0.60aflev46J0Cf7AbpYfM8ERCSzAxsoBieKejLMUO5wudEl3ADMKnThfaDteE"
        + "YfFr_4Mmzrj9b7_RzoEXHzUrog")
    XCTAssertEqual(token.expirySeconds, 1_700_000_600)
    XCTAssertEqual("\(token)", "token (expires 1700000600)")
  }

  func testTheAlphabetOfWebTokensIsRead() {
    // {"a":"??>~","exp":77} in base64url has both '-' and '_' in it.
    let body = Base64.encode(Array("{\"a\":\"??>~\u{7f}?\u{7f}\",\"exp\":77}".utf8))
      .map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter { $0 != "=" }
    XCTAssertTrue(body.contains("_") || body.contains("-"))
    XCTAssertEqual(DelegationToken("h.\(String(body)).s").expirySeconds, 77)
  }

  func testTextThatIsNoTokenHasNoExpiry() {
    for text in ["", "..", "a.!.c", "a.e.c", "a.ImV4cCI6.c", "....", "\u{0}.\u{0}.\u{0}"] {
      XCTAssertNil(DelegationToken(text).expirySeconds, text)
    }
    let digits = String(repeating: "9", count: 30)
    let long = Base64.encode(Array("{\"exp\":\(digits)}".utf8)).filter { $0 != "=" }
    XCTAssertNil(DelegationToken("a.\(long).c").expirySeconds)
  }

  func testCredentialsAreEncodedAsJavaDoesAndNotShown() {
    let credentials = DefaultCredentials(userName: "admin", password: "1111_aaaa")
    XCTAssertEqual(credentials.authenticationType, "Basic")
    XCTAssertEqual(credentials.authenticationToken, "YWRtaW46MTExMV9hYWFh")
    var dumped = ""
    dump(credentials, to: &dumped)
    XCTAssertFalse((dumped + "\(credentials)").contains("YWRtaW46"))
  }

  func testCredentialsComeFromTheEnvironmentWhenAMethodIsSet() {
    let variables = [
      "pravega_client_auth_method": "Bearer", "pravega_client_auth_token": "abc",
    ]
    let credentials = TokenCredentials.fromEnvironment { variables[$0] }
    XCTAssertEqual(credentials?.authenticationType, "Bearer")
    XCTAssertEqual(credentials?.authenticationToken, "abc")
    XCTAssertNil(
      TokenCredentials.fromEnvironment {
        $0 == "pravega_client_auth_token" ? "abc" : nil
      })
  }
}
