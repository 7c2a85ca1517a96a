// SPDX-License-Identifier: Apache-2.0

extension PravegaError {
  /// What went wrong. A struct, so that codes can be added without breaking callers.
  public struct Code: Sendable, Hashable, CustomStringConvertible {
    private enum Name: String {
      case invalidArgument, illegalState, unsupportedOperation, objectClosed, configMismatch
      case serialization, noSuchScope, invalidStream, readerGroupNotFound, noSuchSegment
      case noSuchEvent, alreadyExists, truncatedData, segmentTruncated, segmentSealed, endOfSegment
      case reinitializationRequired, readerNotInReaderGroup, checkpointFailed, tooManyCheckpoints
      case txnFailed, pingFailed, noSuchKey, badKeyVersion, noSuchTable, corruptedState
      case deleteScopeFailed, controllerFailure, controllerRPC, connectionFailed
      case retriesExhausted, invalidMessage, timeout, serverTimeout, cancelled, resourceExhausted
      case authentication, authorization, invalidToken, tokenExpired
    }

    private let name: Name

    private init(_ name: Name) { self.name = name }

    /// The name of the code as it is written in Swift.
    public var description: String { name.rawValue }

    /// An argument is out of its limits.
    public static let invalidArgument = Code(.invalidArgument)
    /// The object or server is in a state that does not allow the call.
    public static let illegalState = Code(.illegalState)
    /// The server or this configuration does not offer the operation.
    public static let unsupportedOperation = Code(.unsupportedOperation)
    /// The object was closed before or during the call.
    public static let objectClosed = Code(.objectClosed)
    /// A reader group exists with another configuration.
    public static let configMismatch = Code(.configMismatch)
    /// Bytes that are not what they should be.
    public static let serialization = Code(.serialization)
    /// The scope does not exist.
    public static let noSuchScope = Code(.noSuchScope)
    /// The stream does not exist.
    public static let invalidStream = Code(.invalidStream)
    /// The reader group does not exist.
    public static let readerGroupNotFound = Code(.readerGroupNotFound)
    /// The segment does not exist.
    public static let noSuchSegment = Code(.noSuchSegment)
    /// The event of a pointer is not there any more.
    public static let noSuchEvent = Code(.noSuchEvent)
    /// Something of that name exists already.
    public static let alreadyExists = Code(.alreadyExists)
    /// Retention has taken events that a reader had not read yet.
    public static let truncatedData = Code(.truncatedData)
    /// The offset lies before the segment's first byte.
    public static let segmentTruncated = Code(.segmentTruncated)
    /// The stream or segment takes no more data.
    public static let segmentSealed = Code(.segmentSealed)
    /// The segment has no more data.
    public static let endOfSegment = Code(.endOfSegment)
    /// The reader must be closed and made anew: its group was reset.
    public static let reinitializationRequired = Code(.reinitializationRequired)
    /// The reader was declared offline.
    public static let readerNotInReaderGroup = Code(.readerNotInReaderGroup)
    /// A checkpoint was not completed.
    public static let checkpointFailed = Code(.checkpointFailed)
    /// Too many checkpoints are outstanding.
    public static let tooManyCheckpoints = Code(.tooManyCheckpoints)
    /// The transaction is not open.
    public static let txnFailed = Code(.txnFailed)
    /// The transaction's lease was not extended.
    public static let pingFailed = Code(.pingFailed)
    /// The key that an update depends on does not exist.
    public static let noSuchKey = Code(.noSuchKey)
    /// The key has another version than the update depends on.
    public static let badKeyVersion = Code(.badKeyVersion)
    /// The key-value table does not exist.
    public static let noSuchTable = Code(.noSuchTable)
    /// Shared state cannot be decoded.
    public static let corruptedState = Code(.corruptedState)
    /// A scope was not deleted.
    public static let deleteScopeFailed = Code(.deleteScopeFailed)
    /// The controller answered that it failed.
    public static let controllerFailure = Code(.controllerFailure)
    /// A call to the controller ended with a gRPC status.
    public static let controllerRPC = Code(.controllerRPC)
    /// A connection could not be made or broke.
    public static let connectionFailed = Code(.connectionFailed)
    /// All attempts failed; the last failure is the underlying one.
    public static let retriesExhausted = Code(.retriesExhausted)
    /// The peer does not speak the protocol.
    public static let invalidMessage = Code(.invalidMessage)
    /// The deadline passed first.
    public static let timeout = Code(.timeout)
    /// The server gave up.
    public static let serverTimeout = Code(.serverTimeout)
    /// The call was cancelled.
    public static let cancelled = Code(.cancelled)
    /// This process or its peer is out of descriptors, memory or another resource.
    public static let resourceExhausted = Code(.resourceExhausted)
    /// The credentials are missing or wrong.
    public static let authentication = Code(.authentication)
    /// The credentials do not allow the operation.
    public static let authorization = Code(.authorization)
    /// The store refused the delegation token.
    public static let invalidToken = Code(.invalidToken)
    /// The delegation token has expired.
    public static let tokenExpired = Code(.tokenExpired)
  }
}
