// SPDX-License-Identifier: Apache-2.0

// The value types, errors and configurations live with the engine; `import Pravega` shows them all.
@_exported public import PravegaCore
