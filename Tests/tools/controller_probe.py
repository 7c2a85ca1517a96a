#!/usr/bin/env python3
"""Record and replay controller probes.

A probe is a scenario: a list of gRPC calls to a Pravega controller, each with the request bytes and
the answer a real server gave.  `check` sends the same requests to another controller and compares
the answers field by field; `record` fills in (or refreshes) the answers from a running server.

    controller_probe.py check Tests/Fixtures/probes/controller --controller 127.0.0.1:9090
    controller_probe.py check Tests/Fixtures/probes/controller-auth --controller 127.0.0.1:9090 --json
    controller_probe.py record draft.json --out Tests/Fixtures/probes/controller --controller 127.0.0.1:9090
    controller_probe.py decode StreamConfig 0a130a07...            # look at one message
    controller_probe.py encode ScopeInfo '{"scope": "s"}'

`check` prints one line per scenario and the differences below it, ends with `N passed, N failed`, and
exits with 0 only if everything agrees.  The only dependency is `grpcio`; messages are decoded with the
field table in this file, so no generated code is needed.

Options of check: --user/--password (Basic credentials for steps that name none), --store HOST:PORT (segment
store for wire steps; default: what getURI answers), --messages (compare the texts of gRPC errors too),
--relaxed (do not tell INTERNAL, UNKNOWN, INVALID_ARGUMENT, FAILED_PRECONDITION and OUT_OF_RANGE apart),
--timeout SECONDS per call, --only TEXT (scenarios whose name contains TEXT), --json (machine readable result), --verbose.

The scenario format is described in Tests/Fixtures/probes/README.md under "Controller probes".
"""
import argparse
import base64
import copy
import hashlib
import json
import os
import re
import socket
import struct
import sys
import time
import uuid

SERVICE = "/io.pravega.controller.stream.api.grpc.v1.ControllerService/"

# ---------------------------------------------------------------------------------------------------
# Field table.  One line per message: "Name: number name type, ...".  A trailing * means repeated,
# map<k,v> a map.  A type that is not a scalar is a message or an enum from the tables below.
# ---------------------------------------------------------------------------------------------------
MESSAGE_TABLE = """
ServerRequest:
ServerResponse: 1 nodeURI NodeUri*
ReaderGroupConfiguration: 1 scope string, 2 readerGroupName string, 3 groupRefreshTimeMillis int64, 4 automaticCheckpointIntervalMillis int64, 5 maxOutstandingCheckpointRequest int32, 6 retentionType int32, 7 generation int64, 8 readerGroupId string, 9 startingStreamCuts StreamCut*, 10 endingStreamCuts StreamCut*, 11 rolloverSizeBytes int64
ReaderGroupConfigResponse: 1 config ReaderGroupConfiguration, 2 status ReaderGroupConfigResponse.Status
ReaderGroupInfo: 1 scope string, 2 readerGroup string, 3 readerGroupId string, 4 generation int64
CreateReaderGroupResponse: 1 status CreateReaderGroupResponse.Status, 2 config ReaderGroupConfiguration
DeleteReaderGroupStatus: 1 status DeleteReaderGroupStatus.Status
UpdateReaderGroupResponse: 1 status UpdateReaderGroupResponse.Status, 2 generation int64
CreateKeyValueTableStatus: 1 status CreateKeyValueTableStatus.Status
KeyValueTableConfig: 1 scope string, 2 kvtName string, 3 partitionCount int32, 4 primaryKeyLength int32, 5 secondaryKeyLength int32, 6 rolloverSizeBytes int64
KeyValueTableConfigResponse: 1 config KeyValueTableConfig, 2 status KeyValueTableConfigResponse.Status
KeyValueTableInfo: 1 scope string, 2 kvtName string
KVTablesInScopeRequest: 1 scope ScopeInfo, 2 continuationToken ContinuationToken
KVTablesInScopeResponse: 1 kvtables KeyValueTableInfo*, 2 continuationToken ContinuationToken, 3 status KVTablesInScopeResponse.Status
DeleteKVTableStatus: 1 status DeleteKVTableStatus.Status
CreateStreamStatus: 1 status CreateStreamStatus.Status
UpdateStreamStatus: 1 status UpdateStreamStatus.Status
UpdateSubscriberStatus: 1 status UpdateSubscriberStatus.Status
SubscriberStreamCut: 1 subscriber string, 2 generation int64, 3 readerGroupId string, 4 streamCut StreamCut
SubscribersResponse: 1 subscribers string*, 2 status SubscribersResponse.Status
DeleteStreamStatus: 1 status DeleteStreamStatus.Status
CreateScopeStatus: 1 status CreateScopeStatus.Status
DeleteScopeStatus: 1 status DeleteScopeStatus.Status
TxnStatus: 1 status TxnStatus.Status
PingTxnStatus: 1 status PingTxnStatus.Status
TxnState: 1 state TxnState.State
ListCompletedTxnRequest: 1 streamInfo StreamInfo
ListCompletedTxnResponse: 2 response TxnResponse*
TxnResponse: 1 txnId TxnId, 2 status TxnResponse.Status
ScopeInfo: 1 scope string
ContinuationToken: 1 token string
StreamsInScopeRequest: 1 scope ScopeInfo, 2 continuationToken ContinuationToken
StreamsInScopeWithTagRequest: 1 scope ScopeInfo, 2 tag string, 3 continuationToken ContinuationToken
StreamsInScopeResponse: 1 streams StreamInfo*, 2 continuationToken ContinuationToken, 3 status StreamsInScopeResponse.Status
StreamInfo: 1 scope string, 2 stream string, 3 accessOperation StreamInfo.AccessOperation
ScalingPolicy: 1 scaleType ScalingPolicy.ScalingPolicyType, 2 targetRate int32, 3 scaleFactor int32, 4 minNumSegments int32
RetentionPolicy: 1 retentionType RetentionPolicy.RetentionPolicyType, 2 retentionParam int64, 3 retentionMax int64
StreamConfig: 1 streamInfo StreamInfo, 2 scalingPolicy ScalingPolicy, 3 retentionPolicy RetentionPolicy, 4 tags Tags, 5 timestampAggregationTimeout int64, 6 rolloverSizeBytes int64
Tags: 1 tag string*
StreamCut: 1 streamInfo StreamInfo, 2 cut map<int64,int64>
StreamCutRange: 1 streamInfo StreamInfo, 2 from map<int64,int64>, 3 to map<int64,int64>
SegmentId: 1 streamInfo StreamInfo, 2 segmentId int64
SegmentRange: 1 segmentId SegmentId, 2 minKey double, 3 maxKey double
NodeUri: 1 endpoint string, 2 port int32
SegmentsAtTime: 1 segments SegmentLocation*, 2 delegationToken string
SegmentLocation: 1 segmentId SegmentId, 2 offset int64
TxnId: 1 highBits int64, 2 lowBits int64
CreateTxnRequest: 1 streamInfo StreamInfo, 2 lease int64, 3 scaleGracePeriod int64
CreateTxnResponse: 1 txnId TxnId, 2 activeSegments SegmentRange*, 3 delegationToken string
TxnRequest: 1 streamInfo StreamInfo, 2 txnId TxnId, 3 writerId string, 4 timestamp int64
PingTxnRequest: 1 streamInfo StreamInfo, 2 txnId TxnId, 3 lease int64
SuccessorResponse: 1 segments SegmentEntry*, 2 delegationToken string
SegmentEntry: 1 segment SegmentRange, 2 value int64*
StreamCutRangeResponse: 1 segments SegmentId*, 2 delegationToken string
ScaleRequest: 1 streamInfo StreamInfo, 2 sealedSegments int64*, 3 newKeyRanges KeyRangeEntry*, 4 scaleTimestamp int64
KeyRangeEntry: 1 start double, 2 end double
ScaleResponse: 1 status ScaleResponse.Status, 2 segments SegmentRange*, 3 epoch int32
ScaleStatusRequest: 1 streamInfo StreamInfo, 2 epoch int32
ScaleStatusResponse: 1 status ScaleStatusResponse.Status
SegmentRanges: 1 segmentRanges SegmentRange*, 2 delegationToken string
GetSegmentsRequest: 1 streamInfo StreamInfo, 2 timestamp int64
GetEpochSegmentsRequest: 1 streamInfo StreamInfo, 2 epoch int32
SegmentValidityResponse: 1 response bool
StreamCutValidityResponse: 1 response bool
DelegationToken: 1 delegationToken string
RemoveWriterRequest: 1 writer string, 2 stream StreamInfo
RemoveWriterResponse: 1 result RemoveWriterResponse.Status
TimestampFromWriter: 1 writer string, 2 position StreamCut, 3 timestamp int64
TimestampResponse: 1 result TimestampResponse.Status
ScopesResponse: 1 scopes string*, 2 continuationToken ContinuationToken
ScopesRequest: 1 continuationToken ContinuationToken
ExistsResponse: 1 exists bool
ControllerToBucketMappingRequest: 1 serviceType BucketType
ControllerToBucketMappingResponse: 1 mapping map<string,BucketIds>
BucketIds: 1 id int32*
"""

# Enum values are numbered from 0 in the order given.
ENUM_TABLE = """
ReaderGroupConfigResponse.Status: SUCCESS FAILURE RG_NOT_FOUND
CreateReaderGroupResponse.Status: SUCCESS FAILURE SCOPE_NOT_FOUND INVALID_RG_NAME
DeleteReaderGroupStatus.Status: SUCCESS FAILURE RG_NOT_FOUND
UpdateReaderGroupResponse.Status: SUCCESS FAILURE RG_NOT_FOUND INVALID_CONFIG
CreateKeyValueTableStatus.Status: SUCCESS FAILURE TABLE_EXISTS SCOPE_NOT_FOUND INVALID_TABLE_NAME
KeyValueTableConfigResponse.Status: SUCCESS FAILURE TABLE_NOT_FOUND
KVTablesInScopeResponse.Status: SUCCESS FAILURE SCOPE_NOT_FOUND
DeleteKVTableStatus.Status: SUCCESS FAILURE TABLE_NOT_FOUND
CreateStreamStatus.Status: SUCCESS FAILURE STREAM_EXISTS SCOPE_NOT_FOUND INVALID_STREAM_NAME
UpdateStreamStatus.Status: SUCCESS FAILURE STREAM_NOT_FOUND SCOPE_NOT_FOUND STREAM_SEALED
UpdateSubscriberStatus.Status: SUCCESS FAILURE STREAM_NOT_FOUND SUBSCRIBER_NOT_FOUND STREAM_CUT_NOT_VALID GENERATION_MISMATCH
SubscribersResponse.Status: SUCCESS FAILURE STREAM_NOT_FOUND
DeleteStreamStatus.Status: SUCCESS FAILURE STREAM_NOT_FOUND STREAM_NOT_SEALED
CreateScopeStatus.Status: SUCCESS FAILURE SCOPE_EXISTS INVALID_SCOPE_NAME
DeleteScopeStatus.Status: SUCCESS FAILURE SCOPE_NOT_FOUND SCOPE_NOT_EMPTY
TxnStatus.Status: SUCCESS FAILURE STREAM_NOT_FOUND TRANSACTION_NOT_FOUND
PingTxnStatus.Status: OK LEASE_TOO_LARGE MAX_EXECUTION_TIME_EXCEEDED SCALE_GRACE_TIME_EXCEEDED DISCONNECTED COMMITTED ABORTED UNKNOWN
TxnState.State: UNKNOWN OPEN COMMITTING COMMITTED ABORTING ABORTED
TxnResponse.Status: COMMITTED ABORTED
StreamsInScopeResponse.Status: SUCCESS FAILURE SCOPE_NOT_FOUND
StreamInfo.AccessOperation: UNSPECIFIED NONE ANY READ WRITE READ_WRITE
ScalingPolicy.ScalingPolicyType: FIXED_NUM_SEGMENTS BY_RATE_IN_KBYTES_PER_SEC BY_RATE_IN_EVENTS_PER_SEC
RetentionPolicy.RetentionPolicyType: UNKNOWN TIME SIZE
ScaleResponse.Status: STARTED FAILURE PRECONDITION_FAILED
ScaleStatusResponse.Status: IN_PROGRESS SUCCESS INVALID_INPUT INTERNAL_ERROR
RemoveWriterResponse.Status: SUCCESS UNKNOWN_WRITER STREAM_DOES_NOT_EXIST INTERNAL_ERROR
TimestampResponse.Status: SUCCESS INVALID_TIME INVALID_POSITION INTERNAL_ERROR
BucketType: RetentionService WatermarkingService
"""

RPC_TABLE = """
getControllerServerList ServerRequest ServerResponse
createStream StreamConfig CreateStreamStatus
updateStream StreamConfig UpdateStreamStatus
truncateStream StreamCut UpdateStreamStatus
sealStream StreamInfo UpdateStreamStatus
deleteStream StreamInfo DeleteStreamStatus
getCurrentSegments StreamInfo SegmentRanges
getEpochSegments GetEpochSegmentsRequest SegmentRanges
getSegments GetSegmentsRequest SegmentsAtTime
getSegmentsImmediatlyFollowing SegmentId SuccessorResponse
getSegmentsImmediatelyFollowing SegmentId SuccessorResponse
getSegmentsBetween StreamCutRange StreamCutRangeResponse
scale ScaleRequest ScaleResponse
checkScale ScaleStatusRequest ScaleStatusResponse
getURI SegmentId NodeUri
isSegmentValid SegmentId SegmentValidityResponse
isStreamCutValid StreamCut StreamCutValidityResponse
createTransaction CreateTxnRequest CreateTxnResponse
commitTransaction TxnRequest TxnStatus
abortTransaction TxnRequest TxnStatus
pingTransaction PingTxnRequest PingTxnStatus
checkTransactionState TxnRequest TxnState
listCompletedTransactions ListCompletedTxnRequest ListCompletedTxnResponse
createScope ScopeInfo CreateScopeStatus
listScopes ScopesRequest ScopesResponse
checkScopeExists ScopeInfo ExistsResponse
checkStreamExists StreamInfo ExistsResponse
listStreamsInScope StreamsInScopeRequest StreamsInScopeResponse
deleteScope ScopeInfo DeleteScopeStatus
deleteScopeRecursive ScopeInfo DeleteScopeStatus
getDelegationToken StreamInfo DelegationToken
removeWriter RemoveWriterRequest RemoveWriterResponse
noteTimestampFromWriter TimestampFromWriter TimestampResponse
createKeyValueTable KeyValueTableConfig CreateKeyValueTableStatus
getCurrentSegmentsKeyValueTable KeyValueTableInfo SegmentRanges
listKeyValueTablesInScope KVTablesInScopeRequest KVTablesInScopeResponse
getKeyValueTableConfiguration KeyValueTableInfo KeyValueTableConfigResponse
deleteKeyValueTable KeyValueTableInfo DeleteKVTableStatus
listSubscribers StreamInfo SubscribersResponse
updateSubscriberStreamCut SubscriberStreamCut UpdateSubscriberStatus
createReaderGroup ReaderGroupConfiguration CreateReaderGroupResponse
getReaderGroupConfig ReaderGroupInfo ReaderGroupConfigResponse
deleteReaderGroup ReaderGroupInfo DeleteReaderGroupStatus
updateReaderGroup ReaderGroupConfiguration UpdateReaderGroupResponse
getStreamConfiguration StreamInfo StreamConfig
listStreamsInScopeForTag StreamsInScopeWithTagRequest StreamsInScopeResponse
getControllerToBucketMapping ControllerToBucketMappingRequest ControllerToBucketMappingResponse
"""


class Field:
    """One field: name, element type, and whether it is repeated or a map."""

    def __init__(self, number, name, kind):
        self.number, self.name = number, name
        self.repeated = kind.endswith("*")
        self.kind = kind.rstrip("*")
        self.map = None
        if self.kind.startswith("map<"):
            key, value = self.kind[4:-1].split(",")
            self.map = {1: Field(1, "key", key), 2: Field(2, "value", value)}


def parse_tables():
    """Turns the text tables into dictionaries."""
    messages, enums, rpcs = {}, {}, {}
    for line in MESSAGE_TABLE.strip().splitlines():
        name, rest = line.split(":", 1)
        fields = {}
        for part in re.split(r",\s+", rest.strip()) if rest.strip() else []:
            number, field_name, kind = part.split(" ", 2)
            fields[int(number)] = Field(int(number), field_name, kind)
        messages[name] = fields
    for line in ENUM_TABLE.strip().splitlines():
        name, rest = line.split(":", 1)
        enums[name] = rest.split()
    for line in RPC_TABLE.strip().splitlines():
        name, request, response = line.split()
        rpcs[name] = (request, response)
    return messages, enums, rpcs


MESSAGES, ENUMS, RPCS = parse_tables()

# ---------------------------------------------------------------------------------------------------
# Protobuf
# ---------------------------------------------------------------------------------------------------


def put_varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def get_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value & ((1 << 64) - 1), at


def signed64(value):
    return value - (1 << 64) if value >> 63 else value


def wire_type(kind):
    if kind == "double":
        return 1
    return 2 if kind == "string" or kind in MESSAGES else 0


def put_value(kind, value):
    """Encodes one value without its tag."""
    if kind == "double":
        return struct.pack("<d", value)
    if kind == "string":
        raw = value.encode("utf-8")
        return put_varint(len(raw)) + raw
    if kind in MESSAGES:
        raw = encode(kind, value)
        return put_varint(len(raw)) + raw
    if kind in ENUMS and isinstance(value, str):
        value = ENUMS[kind].index(value)
    return put_varint(int(value))


def is_default(kind, value):
    if kind in MESSAGES:
        return False
    return value in (0, 0.0, "", False) or (kind in ENUMS and value == ENUMS[kind][0])


def encode(message, value):
    """Encodes a dictionary as a protobuf message, fields in number order, defaults left out."""
    known = {field.name for field in MESSAGES[message].values()}
    unknown = set(value) - known
    if unknown:
        raise ValueError("%s has no field %s" % (message, ", ".join(sorted(unknown))))
    out = bytearray()
    for number in sorted(MESSAGES[message]):
        field = MESSAGES[message][number]
        if field.name not in value or value[field.name] is None:
            continue
        item = value[field.name]
        if field.map:
            for key, entry in item.items():
                body = b"".join(
                    put_varint(part.number << 3 | wire_type(part.kind)) + put_value(part.kind, inner)
                    for part, inner in ((field.map[1], int(key) if field.map[1].kind != "string" else key),
                                        (field.map[2], entry)))
                out += put_varint(number << 3 | 2) + put_varint(len(body)) + body
        elif field.repeated and wire_type(field.kind) == 0:
            if item:
                body = b"".join(put_value(field.kind, one) for one in item)
                out += put_varint(number << 3 | 2) + put_varint(len(body)) + body
        elif field.repeated:
            for one in item:
                out += put_varint(number << 3 | wire_type(field.kind)) + put_value(field.kind, one)
        elif not is_default(field.kind, item):
            out += put_varint(number << 3 | wire_type(field.kind)) + put_value(field.kind, item)
    return bytes(out)


def get_value(kind, wire, data, at):
    """Decodes one value; returns it with the next position."""
    if wire == 0:
        raw, at = get_varint(data, at)
        if kind == "bool":
            return bool(raw), at
        value = signed64(raw)
        if kind in ENUMS:
            names = ENUMS[kind]
            return (names[value] if 0 <= value < len(names) else value), at
        return value, at
    if wire == 1:
        return struct.unpack_from("<d", data, at)[0], at + 8
    if wire == 5:
        return data[at:at + 4].hex(), at + 4
    size, at = get_varint(data, at)
    if at + size > len(data):
        raise ValueError("truncated field")
    raw = data[at:at + size]
    if kind == "string":
        return raw.decode("utf-8"), at + size
    if kind in MESSAGES:
        return decode(kind, raw), at + size
    return raw, at + size


def default_of(field):
    if field.map:
        return {}
    if field.repeated:
        return []
    if field.kind in ENUMS:
        return ENUMS[field.kind][0]
    return {"string": "", "double": 0.0, "bool": False}.get(field.kind, 0)


def decode(message, data):
    """Decodes a message.  Absent scalars get their default; absent sub-messages stay absent."""
    fields = MESSAGES[message]
    out = {}
    for number in sorted(fields):
        field = fields[number]
        if field.map or field.repeated or field.kind not in MESSAGES:
            out[field.name] = default_of(field)
    at = 0
    while at < len(data):
        tag, at = get_varint(data, at)
        number, wire = tag >> 3, tag & 7
        field = fields.get(number)
        if field is None:
            value, at = get_value("", wire, data, at)
            out["#%d" % number] = value.hex() if isinstance(value, bytes) else value
        elif field.map:
            size, at = get_varint(data, at)
            entry = {1: default_of(field.map[1]), 2: {} if field.map[2].kind in MESSAGES else default_of(field.map[2])}
            inner, end = at, at + size
            while inner < end:
                part, inner = get_varint(data, inner)
                entry[part >> 3], inner = get_value(field.map[part >> 3].kind, part & 7, data, inner)
            out[field.name][str(entry[1])] = entry[2]
            at = end
        elif field.repeated and wire == 2 and wire_type(field.kind) == 0:
            size, at = get_varint(data, at)
            end = at + size
            while at < end:
                value, at = get_value(field.kind, 0, data, at)
                out[field.name].append(value)
        else:
            value, at = get_value(field.kind, wire, data, at)
            if field.repeated:
                out[field.name].append(value)
            else:
                out[field.name] = value
    ordered = {fields[n].name: out.pop(fields[n].name) for n in sorted(fields) if fields[n].name in out}
    ordered.update(out)
    return ordered


# ---------------------------------------------------------------------------------------------------
# Segment store: just enough of the wire protocol to set a scene and to look at its effects
# ---------------------------------------------------------------------------------------------------

ATTRIBUTES = {"CREATION_TIME": 0, "EVENT_COUNT": 1, "SCALE_POLICY_TYPE": 2, "SCALE_POLICY_RATE": 3,
              "ROLLOVER_SIZE": 4, "SEGMENT_TYPE": 9, "ATTRIBUTE_ID_LENGTH": 12}
NO_VALUE = -(1 << 63)


def attribute_id(name):
    if name in ATTRIBUTES:
        return struct.pack(">QQ", 1 << 63, ATTRIBUTES[name])
    return uuid.UUID(name).bytes


def utf(text):
    raw = text.encode("utf-8")
    return struct.pack(">H", len(raw)) + raw


class Reader:
    """Cursor over a frame payload; optional trailing fields answer None when absent."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def num(self, code, optional=False):
        size = struct.calcsize(">" + code)
        if optional and self.at + size > len(self.data):
            return None
        value = struct.unpack_from(">" + code, self.data, self.at)[0]
        self.at += size
        return value

    def text(self, optional=False):
        size = self.num("H", optional)
        if size is None:
            return None
        value = self.data[self.at:self.at + size].decode("utf-8", "replace")
        self.at += size
        return value

    def blob(self, size):
        value = self.data[self.at:self.at + size]
        self.at += size
        return value


def split_events(data):
    """Splits segment bytes into event payloads; None if the bytes are not whole framed events."""
    events, at = [], 0
    while at < len(data):
        if at + 8 > len(data):
            return None
        kind, size = struct.unpack_from(">ii", data, at)
        if kind != 0 or size < 0 or at + 8 + size > len(data):
            return None
        events.append(data[at + 8:at + 8 + size].decode("utf-8", "replace"))
        at += 8 + size
    return events


def parse_reply(code, body):
    """Decodes a reply frame into a dictionary.  Request ids and stack traces are left out."""
    r = Reader(body)
    if code == -127:
        return {"reply": "Hello", "high": r.num("i"), "low": r.num("i")}
    if code == 2:
        r.num("q")
        return {"reply": "AppendSetup", "segment": r.text(), "writer": str(uuid.UUID(bytes=r.blob(16))),
                "lastEventNumber": r.num("q")}
    if code == 7:
        out = {"reply": "DataAppended", "writer": str(uuid.UUID(bytes=r.blob(16))), "eventNumber": r.num("q"),
               "previousEventNumber": r.num("q", True)}
        r.num("q", True)
        out["currentSegmentWriteOffset"] = r.num("q", True)
        return out
    if code == 10:
        out = {"reply": "SegmentRead", "segment": r.text(), "offset": r.num("q"), "atTail": bool(r.num("b")),
               "endOfSegment": bool(r.num("b"))}
        data = r.blob(r.num("i"))
        events = split_events(data)
        out["data"] = data.hex()
        if events is not None:
            out["events"] = events
        return out
    if code == 12:
        r.num("q")
        return {"reply": "StreamSegmentInfo", "segment": r.text(), "exists": bool(r.num("b")),
                "isSealed": bool(r.num("b")), "isDeleted": bool(r.num("b")), "lastModified": r.num("q"),
                "writeOffset": r.num("q"), "startOffset": r.num("q", True)}
    if code == 35:
        r.num("q")
        value = r.num("q")
        return {"reply": "SegmentAttribute", "value": None if value == NO_VALUE else value}
    if code == 69:
        r.num("q")
        return {"reply": "TableSegmentInfo", "segment": r.text(), "startOffset": r.num("q"), "length": r.num("q"),
                "entryCount": r.num("q"), "keyLength": r.num("i")}
    if code == 91:
        r.num("q")
        target = r.text()
        merged = [[r.text(), r.num("q")] for _ in range(r.num("i"))]
        return {"reply": "SegmentsBatchMerged", "target": target, "sources": merged}
    simple = {21: "SegmentCreated", 29: "SegmentSealed", 31: "SegmentDeleted", 33: "SegmentPolicyUpdated",
              39: "SegmentTruncated", 52: "SegmentAlreadyExists"}
    if code in simple:
        r.num("q")
        return {"reply": simple[code], "segment": r.text()}
    if code == 8:
        return {"reply": "ConditionalCheckFailed", "writer": str(uuid.UUID(bytes=r.blob(16)))}
    if code in (51, 53):
        r.num("q")
        out = {"reply": {51: "SegmentIsSealed", 53: "NoSuchSegment"}[code], "segment": r.text()}
        r.text(True)
        out["offset"] = r.num("q", True)
        return out
    if code == 56:
        r.num("q")
        out = {"reply": "SegmentIsTruncated", "segment": r.text(), "startOffset": r.num("q")}
        r.text(True)
        out["offset"] = r.num("q", True)
        return out
    if code == 50:
        r.num("q")
        return {"reply": "WrongHost", "segment": r.text()}
    if code == 57:
        r.num("q")
        return {"reply": "OperationUnsupported", "operation": r.text()}
    if code == 60:
        r.num("q")
        r.text(True)
        return {"reply": "AuthTokenCheckFailed", "errorCode": r.num("i", True)}
    if code == 61:
        r.num("q")
        return {"reply": "ErrorMessage", "segment": r.text(), "message": r.text(), "errorCode": r.num("i")}
    return {"reply": "code %d" % code, "body": body.hex()}


class Store:
    """One blocking connection to a segment store."""

    def __init__(self, host, port, timeout=20):
        self.socket = socket.create_connection((host, port), timeout=timeout)
        self.send(-127, struct.pack(">ii", 16, 5))
        self.receive()

    def send(self, code, payload):
        self.socket.sendall(struct.pack(">ii", code, len(payload)) + payload)

    def exactly(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            if not part:
                raise ConnectionError("closed by the store")
            data += part
        return data

    def receive(self):
        while True:
            code, size = struct.unpack(">ii", self.exactly(8))
            body = self.exactly(size)
            if code != 100:
                return parse_reply(code, body)

    def ask(self, code, payload):
        self.send(code, payload)
        return self.receive()

    def run(self, step):
        """Executes one wire step and answers the last reply."""
        kind, segment = step["wire"], step.get("segment", "")
        token = step.get("token", "")
        name, tail = struct.pack(">q", 7) + utf(segment), utf(token)
        if kind == "info":
            return self.ask(11, name + tail)
        if kind == "attribute":
            return self.ask(34, name + attribute_id(step["attribute"]) + tail)
        if kind == "table_info":
            return self.ask(68, name + tail)
        if kind == "create":
            return self.ask(20, name + struct.pack(">ib", step.get("rate", 0), step.get("scaleType", 0)) + tail
                            + struct.pack(">q", step.get("rollover", 0)))
        if kind == "seal":
            return self.ask(28, name + tail)
        if kind == "delete":
            return self.ask(30, name + tail)
        if kind == "truncate":
            return self.ask(38, name + struct.pack(">q", step["offset"]) + tail)
        if kind == "read":
            return self.ask(9, utf(segment) + struct.pack(">qi", step.get("offset", 0), step.get("length", 65536))
                            + tail + struct.pack(">q", 7))
        if kind == "append":
            writer = hashlib.md5(("writer " + step.get("writer", "1")).encode()).digest()
            setup = self.ask(1, struct.pack(">q", 7) + writer + utf(segment) + tail)
            if setup["reply"] != "AppendSetup" or not step.get("events"):
                return setup
            data = b"".join(struct.pack(">ii", 0, len(e.encode())) + e.encode() for e in step["events"])
            last = max(setup["lastEventNumber"], 0) + len(step["events"])
            reply = self.ask(4, writer + struct.pack(">ii", len(data), len(data)) + data
                             + struct.pack(">iqq", len(step["events"]), last, 7))
            return reply
        raise ValueError("unknown wire step %r" % kind)

    def close(self):
        self.socket.close()


# ---------------------------------------------------------------------------------------------------
# Values bound by earlier steps
# ---------------------------------------------------------------------------------------------------


def is_txn(value):
    return isinstance(value, dict) and set(value) == {"highBits", "lowBits"}


def txn_hex(value):
    mask = (1 << 64) - 1
    return "%016x%016x" % (value["highBits"] & mask, value["lowBits"] & mask)


def is_jwt(value):
    return isinstance(value, str) and value.count(".") == 2 and value.startswith("ey")


def is_empty(value):
    if isinstance(value, dict):
        return all(is_empty(v) for v in value.values())
    if isinstance(value, list):
        return not value
    return value in ("", 0, None, False)


def substitute(value, bound):
    """Replaces "$name" by a bound value and "${name.hex}" inside strings by a transaction's hex digits."""
    if isinstance(value, dict):
        return {substitute(k, bound) if isinstance(k, str) else k: substitute(v, bound) for k, v in value.items()}
    if isinstance(value, list):
        return [substitute(v, bound) for v in value]
    if isinstance(value, str) and "$" in value:
        if value.startswith("$") and value[1:] in bound:
            return copy.deepcopy(bound[value[1:]])

        def replace(match):
            name, _, what = match.group(1).partition(".")
            found = bound[name]
            return txn_hex(found) if what == "hex" else str(found)

        return re.sub(r"\$\{([A-Za-z0-9_.]+)\}", replace, value)
    return value


def uses_bound(value):
    return "$" in json.dumps(value)


def normalize(value, bound):
    """The reverse of substitute: names bound values again, so that answers of two servers compare equal."""
    for name, known in bound.items():
        if not isinstance(known, (int, float)) and not is_empty(known) and not is_jwt(known) and value == known:
            return "$" + name
    if isinstance(value, dict):
        return {k: normalize(v, bound) for k, v in value.items()}
    if isinstance(value, list):
        return [normalize(v, bound) for v in value]
    if isinstance(value, str):
        for name, known in bound.items():
            if is_txn(known):
                value = value.replace(txn_hex(known), "${%s.hex}" % name)
    return value


def at_path(value, path):
    for part in path.split(".") if path else []:
        if isinstance(value, list):
            value = value[int(part)] if int(part) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return value


def jwt_part(text):
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def derive(name, value):
    """Facts about a bound value that must agree although the value itself may differ."""
    if is_txn(value):
        return {name + ".epoch": value["highBits"] >> 32, name + ".notNegative": value["lowBits"] >= 0
                and value["highBits"] >= 0}
    if is_jwt(value):
        header, claims, _ = value.split(".")
        header, claims = jwt_part(header), jwt_part(claims)
        issued, expires = claims.pop("iat", None), claims.pop("exp", None)
        life = expires - issued if issued is not None and expires is not None else None
        return {name + ".header": header, name + ".claims": claims, name + ".lifetime": life}
    return {}


def sort_unordered(value, paths):
    """Sorts the lists at the given paths (\"*\" stands for every element)."""
    for path in paths:
        parts = path.split(".")

        def walk(node, rest):
            if not rest:
                if isinstance(node, list):
                    node.sort(key=lambda v: json.dumps(v, sort_keys=True))
                return
            if rest[0] == "*":
                for one in node.values() if isinstance(node, dict) else node or []:
                    walk(one, rest[1:])
            elif isinstance(node, dict) and rest[0] in node:
                walk(node[rest[0]], rest[1:])

        walk(value, parts)
    return value


def differences(expected, actual, vary, path=""):
    """All differing paths as texts; paths that match an entry of vary are not looked at."""
    parts = path.split(".") if path else []
    for pattern in vary:
        wanted = pattern.split(".")
        if len(wanted) == len(parts) and all(w in ("*", p) for w, p in zip(wanted, parts)):
            return []
    if isinstance(expected, dict) and isinstance(actual, dict):
        out = []
        for key in list(expected) + [k for k in actual if k not in expected]:
            inner = path + "." + str(key) if path else str(key)
            if key not in actual:  # presence counts even where the value may vary
                out.append("%s: expected %s, absent" % (inner, short(expected[key])))
            elif key not in expected:
                out.append("%s: expected absent, got %s" % (inner, short(actual[key])))
            else:
                out += differences(expected[key], actual[key], vary, inner)
        return out
    if isinstance(expected, list) and isinstance(actual, list):
        out = []
        if len(expected) != len(actual):
            out.append("%s: expected %d elements, got %d: %s" % (path, len(expected), len(actual), short(actual)))
        for index, (one, other) in enumerate(zip(expected, actual)):
            out += differences(one, other, vary, (path + "." if path else "") + str(index))
        return out
    if expected != actual or isinstance(expected, bool) != isinstance(actual, bool):
        return ["%s: expected %s, got %s" % (path or "answer", short(expected), short(actual))]
    return []


def short(value, limit=160):
    text = json.dumps(value)
    return text if len(text) <= limit else text[:limit] + "..."


# ---------------------------------------------------------------------------------------------------
# Running a scenario
# ---------------------------------------------------------------------------------------------------


# Statuses that --relaxed treats as one: the request was refused, nothing happened.
REFUSALS = {"INTERNAL", "UNKNOWN", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"}


class Runner:
    """Runs the steps of scenarios against one controller."""

    def __init__(self, options):
        import grpc
        self.grpc = grpc
        self.options = options
        self.channel = grpc.insecure_channel(options.controller, options=[
            ("grpc.max_receive_message_length", 64 << 20), ("grpc.enable_retries", 0)])
        self.bound = {}
        self.stores = {}

    def metadata(self, step):
        """The authorization header of a step: its own credentials, or those of the command line."""
        if "authorization" in step:
            return [("authorization", step["authorization"])] if step["authorization"] is not None else []
        user, password = self.options.user, self.options.password
        if "credentials" in step:
            if step["credentials"] is None:
                return []
            user, password = step["credentials"]["user"], step["credentials"]["password"]
        if user is None:
            return []
        text = base64.b64encode(("%s:%s" % (user, password or "")).encode()).decode()
        return [("authorization", "Basic " + text)]

    def call(self, rpc, body, step):
        """One call: status name, message, answer bytes."""
        method = self.channel.unary_unary(SERVICE + rpc, request_serializer=None, response_deserializer=None)
        try:
            answer = method(body, timeout=self.options.timeout, metadata=self.metadata(step))
            return "OK", "", answer
        except self.grpc.RpcError as error:
            return error.code().name, error.details() or "", b""

    def request_bytes(self, step):
        request = step.get("request")
        if request is None:
            return bytes.fromhex(step.get("request_hex", ""))
        if "request_hex" in step and not uses_bound(request):
            return bytes.fromhex(step["request_hex"])
        return encode(RPCS[step["rpc"]][0], substitute(request, self.bound))

    def store_address(self, step):
        if self.options.store:
            host, _, port = self.options.store.rpartition(":")
            return host, int(port)
        scope, stream = (step["segment"].split("/") + ["", ""])[:2]
        body = encode("SegmentId", {"streamInfo": {"scope": scope, "stream": stream}})
        status, text, answer = self.call("getURI", body, step)
        if status != "OK":
            raise RuntimeError("getURI for a wire step: %s %s" % (status, text))
        node = decode("NodeUri", answer)
        return node["endpoint"], node["port"]

    def wire(self, step):
        """One wire step; a connection closed by the store is an answer as well."""
        real = substitute({k: v for k, v in step.items() if k not in ("response", "bind")}, self.bound)
        address = self.store_address(real)
        alone = "token" in step or step["wire"] == "append"  # such a step must not inherit or leave connection state
        store = None if alone else self.stores.get(address)
        try:
            if store is None:
                store = Store(*address)
                if not alone:
                    self.stores[address] = store
            return store.run(real)
        except (OSError, ConnectionError):
            if not alone and store is not None:
                self.stores.pop(address, None)
                alone = True
            return {"reply": "closed"}
        finally:
            if alone and store is not None:
                store.close()

    def answer(self, step):
        """Runs a step once: the answer as a dictionary with status, message, response, response_hex."""
        if "wire" in step:
            return {"response": self.wire(step)}
        rpc = step["rpc"]
        if "pages" in step:
            return self.pages(step)
        body = self.request_bytes(step)
        status, message, raw = self.call(rpc, body, step)
        out = {"status": status}
        if status != "OK":
            out["message"] = message
        else:
            out["response_hex"] = raw.hex()
            out["response"] = decode(RPCS[rpc][1], raw) if rpc in RPCS else {}
        out["request_hex"] = body.hex()
        return out

    def pages(self, step):
        """Follows continuation tokens until an empty page; the answer holds the items of all pages, sorted."""
        items_name = step["pages"]
        items, request = [], substitute(copy.deepcopy(step["request"]), self.bound)
        for _ in range(1000):
            status, message, raw = self.call(step["rpc"], encode(RPCS[step["rpc"]][0], request), step)
            if status != "OK":
                return {"status": status, "message": message}
            page = decode(RPCS[step["rpc"]][1], raw)
            if not page[items_name]:
                break
            items += page[items_name]
            request["continuationToken"] = page.get("continuationToken", {})
        items.sort(key=lambda v: json.dumps(v, sort_keys=True))
        if "among" in step:
            items = [one for one in items if one in substitute(step["among"], self.bound)]
        return {"status": "OK", "response": {items_name: items}}

    def run_step(self, step):
        """Runs a step, repeating it while `until` is not met; answers the normalized outcome."""
        deadline = time.time() + step.get("within_ms", 30000) / 1000.0
        while True:
            out = self.answer(step)
            until = step.get("until")
            if not until:
                break
            found = out.get("status") if until["path"] == "#status" else at_path(out.get("response"), until["path"])
            if found == substitute(until["equals"], self.bound) or time.time() > deadline:
                break
            time.sleep(step.get("every_ms", 100) / 1000.0)
        derived = {}
        for name, path in step.get("bind", {}).items():
            value = at_path(out.get("response"), path)
            self.bound[name] = value
            derived.update(derive(name, value))
            if is_jwt(value):  # two tokens of the same second are equal: each keeps the name of its own step
                parent, _, last = path.rpartition(".")
                at_path(out["response"], parent)[last] = "$" + name
        if derived:
            out["derived"] = derived
        if "response" in out:
            out["response"] = sort_unordered(normalize(out["response"], self.bound), step.get("unordered", []))
        return out

    def check(self, scenario):
        """Replays a scenario; answers a list of (step number, step label, differences)."""
        self.bound = {}
        problems = []
        for number, step in enumerate(scenario["steps"], 1):
            label = step.get("rpc") or "wire %s" % step["wire"]
            out = self.run_step(step)
            found = []
            if "rpc" in step and not (self.options.relaxed and {step["status"], out["status"]} <= REFUSALS):
                found += differences({"status": step["status"]}, {"status": out["status"]}, step.get("vary", []))
                if found and "message" in out:
                    found[-1] += " (%s)" % short(out["message"])
            if self.options.messages and "message" in step:
                found += differences({"message": step["message"]}, {"message": out.get("message")},
                                     step.get("vary", []))
            if "response" in step and "response" in out:
                vary = list(step.get("vary", []))
                if "wire" in step:
                    vary += ["lastModified", "atTail"]
                found += differences(step["response"], out["response"], vary)
            if "derived" in step or "derived" in out:
                found += differences({"derived": step.get("derived")}, {"derived": out.get("derived")},
                                     step.get("vary", []))
            if found:
                problems.append((number, label, found))
        return problems

    def record(self, scenario):
        """Fills in requests and answers from the running server."""
        self.bound = {}
        for step in scenario["steps"]:
            if step.get("request") is not None and "pages" not in step and not uses_bound(step["request"]):
                step["request_hex"] = encode(RPCS[step["rpc"]][0], step["request"]).hex()
            for key in ("status", "message", "response", "response_hex", "derived"):
                step.pop(key, None)
            step.update(self.run_step(step))
            if "wire" in step and "lastModified" in step["response"]:
                step["response"]["lastModified"] = 0  # never compared; keeps recordings of two runs identical
        return scenario


# ---------------------------------------------------------------------------------------------------
# Files
# ---------------------------------------------------------------------------------------------------

STEP_ORDER = ["note", "credentials", "authorization", "rpc", "wire", "segment", "attribute", "events", "writer", "offset", "length",
              "rate", "scaleType", "rollover", "token", "request", "request_hex", "pages", "among", "until",
              "within_ms", "every_ms", "status", "message", "response", "response_hex", "bind", "derived",
              "unordered", "vary"]


def write_scenario(path, scenario):
    """Writes a scenario with one line per field of a step, which keeps files short and diffs readable."""
    lines = ["{"]
    for key in [k for k in scenario if k != "steps"]:
        lines.append("  %s: %s," % (json.dumps(key), json.dumps(scenario[key], ensure_ascii=False)))
    lines.append('  "steps": [')
    steps = []
    for step in scenario["steps"]:
        keys = [k for k in STEP_ORDER if k in step] + [k for k in step if k not in STEP_ORDER]
        body = ",\n".join("      %s: %s" % (json.dumps(k), json.dumps(step[k], ensure_ascii=False)) for k in keys)
        steps.append("    {\n" + body + "\n    }")
    lines.append(",\n".join(steps))
    lines += ["  ]", "}"]
    with open(path, "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")


def scenario_files(paths):
    for path in paths:
        if os.path.isdir(path):
            for name in sorted(os.listdir(path)):
                if name.endswith(".json"):
                    yield os.path.join(path, name)
        else:
            yield path


def load(path):
    with open(path, encoding="utf-8") as source:
        return json.load(source)


def command_check(options):
    runner = Runner(options)
    passed = failed = 0
    results = []
    for path in scenario_files(options.paths):
        scenario = load(path)
        if "steps" not in scenario or (options.only and options.only not in scenario["name"]):
            continue
        started = time.time()
        try:
            problems = runner.check(scenario)
        except Exception as error:  # a broken server must not hide the remaining scenarios
            problems = [(0, "probe", ["%s: %s" % (type(error).__name__, error)])]
        took = time.time() - started
        results.append({"name": scenario["name"], "passed": not problems, "seconds": round(took, 3), "problems": [
            {"step": n, "call": c, "differences": d} for n, c, d in problems]})
        passed, failed = passed + (not problems), failed + bool(problems)
        if not options.json:
            print("%-4s %s (%d steps, %.1f s)" % ("ok" if not problems else "FAIL", scenario["name"],
                                                 len(scenario["steps"]), took), flush=True)
            for number, label, found in problems:
                for line in found if options.verbose else found[:6]:
                    print("       step %d %s: %s" % (number, label, line), flush=True)
    if options.json:
        print(json.dumps({"passed": passed, "failed": failed, "scenarios": results}, indent=1))
    print("%d passed, %d failed" % (passed, failed), file=sys.stderr if options.json else sys.stdout)
    return 0 if failed == 0 else 1


def command_record(options):
    runner = Runner(options)
    for path in scenario_files(options.paths):
        scenario = load(path)
        if "steps" not in scenario or (options.only and options.only not in scenario["name"]):
            continue
        if options.server:
            scenario["server"] = options.server
        started = time.time()
        runner.record(scenario)
        target = os.path.join(options.out, scenario["name"] + ".json") if options.out else path
        write_scenario(target, scenario)
        print("recorded %s (%d steps, %.1f s)" % (scenario["name"], len(scenario["steps"]), time.time() - started),
              flush=True)
    return 0


def command_decode(options):
    print(json.dumps(decode(options.message, bytes.fromhex(options.value)), indent=1))
    return 0


def command_encode(options):
    print(encode(options.message, json.loads(options.value)).hex())
    return 0


def main():
    parser = argparse.ArgumentParser(description="Record and replay controller probes.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, run in (("check", command_check), ("record", command_record)):
        sub = commands.add_parser(name)
        sub.add_argument("paths", nargs="+", help="scenario files or directories")
        sub.add_argument("--controller", default="127.0.0.1:9090", help="HOST:PORT")
        sub.add_argument("--store", help="HOST:PORT of the segment store for wire steps")
        sub.add_argument("--timeout", type=float, default=135, help="seconds for one call (default 135: the server gives "
                         "up on its own after 120)")
        sub.add_argument("--user")
        sub.add_argument("--password")
        sub.add_argument("--only", help="only scenarios whose name contains this text")
        sub.add_argument("--messages", action="store_true", help="compare error texts too")
        sub.add_argument("--relaxed", action="store_true", help="do not tell INTERNAL, UNKNOWN, INVALID_ARGUMENT, "
                         "FAILED_PRECONDITION and OUT_OF_RANGE apart")
        sub.add_argument("--json", action="store_true")
        sub.add_argument("--verbose", action="store_true", help="print every difference")
        sub.set_defaults(run=run)
        if name == "record":
            sub.add_argument("--out", help="directory for the recorded files (default: in place)")
            sub.add_argument("--server", help="text for the server field")
    for name, run in (("decode", command_decode), ("encode", command_encode)):
        sub = commands.add_parser(name)
        sub.add_argument("message")
        sub.add_argument("value")
        sub.set_defaults(run=run)
    options = parser.parse_args()
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
