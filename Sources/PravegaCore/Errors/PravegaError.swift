// SPDX-License-Identifier: Apache-2.0

/// The one error of this library.
///
/// Java's exception classes are ``Code`` values here, so that
/// `catch PravegaError.Code.segmentSealed` replaces `catch (SegmentSealedException e)`. Errors of
/// serializers and other user code pass through unchanged.
public struct PravegaError: Error, Sendable {
  /// What went wrong, in the vocabulary of Java's exceptions.
  public let code: Code
  /// One sentence that names the cause.
  public let message: String
  /// One sentence that says what to do about it, or empty.
  public let hint: String
  /// Whether the operation may be tried again.
  public let retry: Retry
  /// Where it happened.
  public var context: Context
  /// The failure that led to this one.
  public let underlying: (any Error)?
  /// What some codes carry beside the message.
  public let details: Details?

  /// Whether trying again can help, and whether it is safe.
  public enum Retry: Sendable, Hashable {
    /// The same request fails in the same way.
    case never
    /// Nothing was done; the request may be repeated.
    case safe
    /// The request may have been carried out although its answer was lost.
    case outcomeUnknown
  }

  /// What some codes carry beside the message.
  public enum Details: Sendable, Hashable {
    /// The key-value table whose condition failed.
    case table(String)
    /// The reader that is no longer in its group.
    case reader(String)
    /// The gRPC status code that the controller answered.
    case grpcStatus(Int)
    /// The HTTP status code of an identity provider.
    case httpStatus(Int)
    /// The range `from ..< to` of offsets that retention has taken.
    case truncated(from: Int64, to: Int64)
  }

  /// Where and after what an error happened; empty and zero fields are unknown.
  public struct Context: Sendable, Hashable {
    /// Java's name of the operation, for example `createStream`.
    public var operation: String
    /// The scope, stream, segment, group or table concerned.
    public var subject: String
    /// The address that was spoken to, `host:port`.
    public var endpoint: String
    /// The request id on the wire, 0 when there is none.
    public var requestID: Int64
    /// How many times it was tried.
    public var attempts: Int
    /// How long it took in all.
    public var elapsed: Duration

    /// Creates a context.
    public init(
      operation: String = "", subject: String = "", endpoint: String = "", requestID: Int64 = 0,
      attempts: Int = 0, elapsed: Duration = .zero
    ) {
      self.operation = operation
      self.subject = subject
      self.endpoint = endpoint
      self.requestID = requestID
      self.attempts = attempts
      self.elapsed = elapsed
    }
  }

  /// Creates an error; user code needs this for its own serializers and tests only.
  public init(
    _ code: Code, _ message: String, hint: String = "", retry: Retry = .never,
    context: Context = Context(), underlying: (any Error)? = nil, details: Details? = nil
  ) {
    self.code = code
    self.message = message
    self.hint = hint
    self.retry = retry
    self.context = context
    self.underlying = underlying
    self.details = details
  }

  /// Whether a condition of a key-value table update was not met.
  public var isConditionalTableUpdateFailure: Bool { code == .noSuchKey || code == .badKeyVersion }
  /// Whether a checkpoint was not made.
  public var isCheckpointFailure: Bool { code == .checkpointFailed || code == .tooManyCheckpoints }
  /// Whether credentials or a token were refused.
  public var isAuthFailure: Bool {
    [.authentication, .authorization, .invalidToken, .tokenExpired].contains(code)
  }

  /// The same error with fields of its context filled in where they were empty.
  package func with(
    operation: String = "", subject: String = "", endpoint: String = "", attempts: Int = 0,
    elapsed: Duration = .zero
  ) -> PravegaError {
    var copy = self
    if copy.context.operation.isEmpty { copy.context.operation = operation }
    if copy.context.subject.isEmpty { copy.context.subject = subject }
    if copy.context.endpoint.isEmpty { copy.context.endpoint = endpoint }
    if attempts > 0 { copy.context.attempts = attempts }
    if elapsed > .zero { copy.context.elapsed = elapsed }
    return copy
  }
}

/// Lets callers write `catch PravegaError.Code.txnFailed`.
public func ~= (code: PravegaError.Code, error: any Error) -> Bool {
  (error as? PravegaError)?.code == code
}
