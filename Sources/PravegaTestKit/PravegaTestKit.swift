// SPDX-License-Identifier: Apache-2.0

// A test that imports the kit has the client and the embedded server with it.
@_exported public import Pravega
@_exported public import PravegaStandalone
