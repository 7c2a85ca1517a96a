// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf
package import PravegaThreads

private typealias Service = Proto.ControllerService

extension ControllerClient {
  package func noteTimestampFromWriter(
    _ writer: String, _ stream: PravegaStream, timestamp: Int64, position: WriterPosition,
    until deadline: Deadline
  ) throws(PravegaError) {
    let name = stream.scopedName
    let request = Proto.TimestampFromWriter(
      writer: writer, position: position.message(stream), timestamp: timestamp)
    let reply: Proto.TimestampResponse
    do throws(PravegaError) {
      reply = try call(Service.noteTimestampFromWriter, request, about: name, until: deadline)
    } catch {
      throw error.ifNotFound(Outcome("noteTimestampFromWriter", name, "").noStream)
    }
    let outcome = Outcome("noteTimestampFromWriter", name, reply.result.name)
    switch reply.result {
    case .success: return
    case .invalidTime:
      throw outcome.error(
        .invalidArgument, "The time is earlier than the one this writer noted before.",
        hint: "Give a time that is not before the last one.")
    case .invalidPosition:
      throw outcome.error(
        .invalidArgument, "The position is behind the one this writer noted before.",
        hint: "Give every writer a name of its own.")
    case .internalError, .unrecognized: throw outcome.failed
    }
  }

  package func removeWriter(
    _ writer: String, _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) {
    let name = stream.scopedName
    let request = Proto.RemoveWriterRequest(writer: writer, stream: stream.message())
    let reply = try call(Service.removeWriter, request, about: name, until: deadline)
    let outcome = Outcome("removeWriter", name, reply.result.name)
    switch reply.result {
    case .success: return
    case .unknownWriter:
      throw outcome.error(
        .invalidArgument, "No writer of this name has noted a time for the stream.")
    case .streamDoesNotExist: throw outcome.noStream
    case .internalError, .unrecognized: throw outcome.failed
    }
  }
}
