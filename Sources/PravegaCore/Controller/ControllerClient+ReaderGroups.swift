// SPDX-License-Identifier: Apache-2.0

internal import PravegaProtobuf
package import PravegaThreads

private typealias Service = Proto.ControllerService

extension ControllerClient {
  package func createReaderGroup(
    scope: String, group: String, _ config: ReaderGroupConfig, until deadline: Deadline
  ) throws(PravegaError) -> ReaderGroupConfig {
    let name = scope + "/" + group
    let reply = try call(
      Service.createReaderGroup, config.message(scope: scope, group: group), about: name,
      until: deadline)
    let outcome = Outcome("createReaderGroup", name, reply.status.name)
    switch reply.status {
    case .success: return try ReaderGroupConfig(reply.config)
    case .scopeNotFound: throw outcome.noScope
    case .invalidRgName: throw outcome.badName("reader group")
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func getReaderGroupConfig(
    scope: String, group: String, until deadline: Deadline
  ) throws(PravegaError) -> ReaderGroupConfig {
    let name = scope + "/" + group
    let request = Proto.ReaderGroupInfo(scope: scope, readerGroup: group)
    let reply = try aboutGroup(Service.getReaderGroupConfig, request, name, until: deadline)
    let outcome = Outcome("getReaderGroupConfig", name, reply.status.name)
    switch reply.status {
    case .success: return try ReaderGroupConfig(reply.config)
    case .rgNotFound: throw outcome.noGroup
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func updateReaderGroup(
    scope: String, group: String, _ config: ReaderGroupConfig, until deadline: Deadline
  ) throws(PravegaError) -> Int64 {
    let name = scope + "/" + group
    let request = config.message(scope: scope, group: group)
    let reply = try aboutGroup(Service.updateReaderGroup, request, name, until: deadline)
    let outcome = Outcome("updateReaderGroup", name, reply.status.name)
    switch reply.status {
    case .success: return reply.generation
    case .rgNotFound: throw outcome.noGroup
    case .invalidConfig:
      throw outcome.error(
        .configMismatch, "The group was changed by somebody else in the meantime.",
        hint: "Read its configuration again and repeat the change.", retry: .safe)
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func deleteReaderGroup(
    scope: String, group: String, id: UniqueID, until deadline: Deadline
  ) throws(PravegaError) {
    let name = scope + "/" + group
    let request = Proto.ReaderGroupInfo(
      scope: scope, readerGroup: group, readerGroupId: id.description)
    let reply = try aboutGroup(Service.deleteReaderGroup, request, name, until: deadline)
    let outcome = Outcome("deleteReaderGroup", name, reply.status.name)
    switch reply.status {
    case .success: return
    case .rgNotFound: throw outcome.noGroup
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  /// NOT_FOUND is what controllers answer for a group in a scope that does not exist.
  private func aboutGroup<Request, Reply>(
    _ method: ProtobufMethod<Request, Reply>, _ request: Request, _ name: String,
    until deadline: Deadline
  ) throws(PravegaError) -> Reply {
    do throws(PravegaError) {
      return try call(method, request, about: name, until: deadline)
    } catch {
      throw error.ifNotFound(Outcome(method.name, name, "").noGroup)
    }
  }
}

// MARK: - Subscribers

extension ControllerClient {
  package func listSubscribers(
    _ stream: PravegaStream, until deadline: Deadline
  ) throws(PravegaError) -> [String] {
    let reply = try aboutStream(
      Service.listSubscribers, stream.message(), stream, until: deadline)
    let outcome = Outcome("listSubscribers", stream.scopedName, reply.status.name)
    switch reply.status {
    case .success: return reply.subscribers
    case .streamNotFound: throw outcome.noStream
    case .failure, .unrecognized: throw outcome.failed
    }
  }

  package func updateSubscriberStreamCut(
    _ stream: PravegaStream, subscriber: String, id: UniqueID, generation: Int64, cut: StreamCut,
    until deadline: Deadline
  ) throws(PravegaError) {
    let request = Proto.SubscriberStreamCut(
      subscriber: subscriber, generation: generation, readerGroupId: id.description,
      streamCut: cut.message(stream))
    let reply = try aboutStream(
      Service.updateSubscriberStreamCut, request, stream, until: deadline)
    let outcome = Outcome("updateSubscriberStreamCut", stream.scopedName, reply.status.name)
    switch reply.status {
    case .success: return
    case .streamNotFound: throw outcome.noStream
    case .subscriberNotFound:
      throw outcome.error(
        .invalidArgument, "The reader group \(subscriber) does not hold back this stream.",
        hint: "Create it with a retention type other than none.")
    case .streamCutNotValid:
      throw outcome.error(
        .invalidArgument, "The stream cut is not complete or lies before the last one.")
    case .generationMismatch:
      throw outcome.error(
        .configMismatch, "The reader group was changed in the meantime.", retry: .safe)
    case .failure, .unrecognized: throw outcome.failed
    }
  }
}
