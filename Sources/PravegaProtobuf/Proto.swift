// SPDX-License-Identifier: Apache-2.0

/// The messages and the service of the controller, generated from `Protos/Controller.proto`. They
/// keep the names of the wire; a namespace keeps them apart from the client's own types.
package enum Proto {}
