// SPDX-License-Identifier: Apache-2.0

internal import PravegaCore

/// How transactions name their segments. The store has a type of the same name.
typealias TransactionNames = PravegaCore.SegmentName
