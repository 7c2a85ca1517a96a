// SPDX-License-Identifier: Apache-2.0

import Pravega
import PravegaCLIKit

extension Connection {
  /// The configuration that the options stand for. Without `--user` the credentials come from
  /// Java's environment variables.
  func configuration() throws -> ClientConfig {
    var configuration = ClientConfig(controllerURI: try ControllerURI(controllerURI))
    if let userName, let password {
      configuration.credentials = DefaultCredentials(userName: userName, password: password)
    }
    configuration.trustStore = caFile
    configuration.verifyCertificates = !skipsVerification
    configuration.validateHostName = !skipsVerification
    configuration.requestTimeout = timeout
    configuration.connectTimeout = min(timeout, .seconds(4))
    configuration.logSink = logLevel.map { StandardErrorLog(level: $0) }
    return configuration
  }
}

extension StreamName {
  func pravegaStream() throws -> PravegaStream {
    try PravegaStream(scope: scope, stream: stream)
  }
}
