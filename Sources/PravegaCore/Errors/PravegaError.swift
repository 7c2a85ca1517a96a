// SPDX-License-Identifier: Apache-2.0

/// The one error of this library.
///
/// Java's exception classes are ``Code`` values here, so that
/// `catch PravegaError.Code.segmentSealed` replaces `catch (SegmentSealedException e)`. Errors of
/// serializers and other user code pass through unchanged.
public struct PravegaError: Error, Sendable {
  /// One reference, so that an error costs a word wherever it might be thrown or kept.
  private var storage: Storage

  /// What went wrong, in the vocabulary of Java's exceptions.
  public var code: Code { storage.code }
  /// One sentence that names the cause.
  public var message: String { storage.message }
  /// One sentence that says what to do about it, or empty.
  public var hint: String { storage.hint }
  /// Whether the operation may be tried again.
  public var retry: Retry { storage.retry }
  /// Where it happened.
  public var context: Context {
    get { storage.context }
    set { storage = Storage(storage, context: newValue) }
  }
  /// The failure that led to this one.
  public var underlying: (any Error)? { storage.underlying }
  /// What some codes carry beside the message.
  public var details: Details? { storage.details }

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
    storage = Storage(code, message, hint, retry, context, underlying, details)
  }

  private final class Storage: Sendable {
    let code: Code
    let message: String
    let hint: String
    let retry: Retry
    let context: Context
    let underlying: (any Error)?
    let details: Details?

    init(
      _ code: Code, _ message: String, _ hint: String, _ retry: Retry, _ context: Context,
      _ underlying: (any Error)?, _ details: Details?
    ) {
      self.code = code
      self.message = message
      self.hint = hint
      self.retry = retry
      self.context = context
      self.underlying = underlying
      self.details = details
    }

    convenience init(_ other: Storage, context: Context) {
      self.init(
        other.code, other.message, other.hint, other.retry, context, other.underlying,
        other.details)
    }
  }

  /// Whether a condition of a key-value table update was not met.
  public var isConditionalTableUpdateFailure: Bool { code == .noSuchKey || code == .badKeyVersion }
  /// Whether a checkpoint was not made.
  public var isCheckpointFailure: Bool { code == .checkpointFailed || code == .tooManyCheckpoints }
  /// Whether credentials or a token were refused.
  public var isAuthFailure: Bool {
    [.authentication, .authorization, .invalidToken, .tokenExpired].contains(code)
  }

  /// What everything says that belongs to a client after its end.
  package static func clientClosed(retry: Retry = .never) -> PravegaError {
    PravegaError(
      .objectClosed, "The client was closed.", hint: "Create another one and use that.",
      retry: retry)
  }

  /// The same error with another answer to whether to try again.
  package func with(retry: Retry) -> PravegaError {
    guard retry != self.retry else { return self }
    return PravegaError(
      code, message, hint: hint, retry: retry, context: context, underlying: underlying,
      details: details)
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
