#!/usr/bin/env python3
"""Wire probes: replay recorded segment-store exchanges against a server and compare the answers frame by frame.

A probe is a JSON file (one scenario, see Tests/Fixtures/probes/README.md): frames to send, byte for byte, and the frames
a real Pravega 0.13.0 standalone server answered. Python 3.11, standard library only.

Usage
    wire_probe.py check  FILE_OR_DIR... --store HOST:PORT [--json] [--exact] [--no-quirks] [--timeout SECONDS]
        Replays the requests and compares the replies. One line per scenario: ok, or the first difference,
        named by step and field. Last line "N passed, N failed". Exit code 0 only if every scenario agrees.
        --exact   also holds the server to what a probe leaves free: the order of a hash table's entries and the
                  items of each page. `vary` fields stay free, and so does the order of replies marked any_order.
        --no-quirks  leaves out scenarios with a "quirk": peculiarities another server may settle differently.
        --json    prints one JSON document instead of lines.
    wire_probe.py record SCENARIO_DIR --store HOST:PORT [--only NAME...]
        Runs the scenarios of a folder against a server and rewrites what they expect (replies, closes, silence).
        Use a freshly started server, and only to pin down the reference implementation.
    wire_probe.py lint   FILE_OR_DIR...
        No server: checks that `fields` and `hex` of every frame say the same and that the files are well formed.
    wire_probe.py show   FILE...
        Prints a scenario as a readable conversation.

The server must be fresh for each run: scenarios create segments under names of their own and leave them behind.
"""

from __future__ import annotations

import argparse
import json
import re
import select
import socket
import struct
import sys
import time
import uuid
from pathlib import Path

SERVER_NAME = "0.13.0 standalone"

# --------------------------------------------------------------------------------------------------------------
# Commands: code, name, fields in wire order. "?" marks a trailing optional field.
# --------------------------------------------------------------------------------------------------------------

ITERATOR_ARGUMENTS = "continuationToken?:bytes prefixFilter?:bytes fromKey?:bytes toKey?:bytes"

COMMAND_TABLE = f"""
-127 HELLO                    highVersion:i32 lowVersion:i32
100  KEEP_ALIVE
-1   PADDING                  data:rest
-2   PARTIAL_EVENT            data:rest
0    EVENT                    data:rest
1    SETUP_APPEND             requestId:i64 writerId:uuid segment:utf delegationToken:utf
2    APPEND_SETUP             requestId:i64 segment:utf writerId:uuid lastEventNumber:i64
3    APPEND_BLOCK             writerId:uuid data:rest
4    APPEND_BLOCK_END         writerId:uuid sizeOfWholeEvents:i32 data:bytes numEvents:i32 lastEventNumber:i64 requestId?:i64
5    CONDITIONAL_APPEND       writerId:uuid eventNumber:i64 expectedOffset:i64 event:event requestId?:i64
89   CONDITIONAL_BLOCK_END    writerId:uuid eventNumber:i64 expectedOffset:i64 data:bytes requestId:i64
7    DATA_APPENDED            writerId:uuid eventNumber:i64 previousEventNumber?:i64 requestId?:i64 currentSegmentWriteOffset?:i64
8    CONDITIONAL_CHECK_FAILED writerId:uuid eventNumber:i64 requestId?:i64
55   INVALID_EVENT_NUMBER     writerId:uuid requestId:i64 serverStackTrace?:utf eventNumber?:i64
9    READ_SEGMENT             segment:utf offset:i64 suggestedLength:i32 delegationToken:utf requestId?:i64
10   SEGMENT_READ             segment:utf offset:i64 atTail:bool endOfSegment:bool data:bytes requestId?:i64
41   LOCATE_OFFSET            requestId:i64 segment:utf targetOffset:i64 delegationToken:utf
42   OFFSET_LOCATED           requestId:i64 segment:utf offset:i64
20   CREATE_SEGMENT           requestId:i64 segment:utf targetRate:i32 scaleType:i8 delegationToken:utf rolloverSizeBytes?:i64
21   SEGMENT_CREATED          requestId:i64 segment:utf
40   CREATE_TRANSIENT_SEGMENT requestId:i64 writerId:uuid parentSegment:utf delegationToken:utf
28   SEAL_SEGMENT             requestId:i64 segment:utf delegationToken:utf
29   SEGMENT_SEALED           requestId:i64 segment:utf
30   DELETE_SEGMENT           requestId:i64 segment:utf delegationToken:utf
31   SEGMENT_DELETED          requestId:i64 segment:utf
38   TRUNCATE_SEGMENT         requestId:i64 segment:utf truncationOffset:i64 delegationToken:utf
39   SEGMENT_TRUNCATED        requestId:i64 segment:utf
58   MERGE_SEGMENTS           requestId:i64 target:utf source:utf delegationToken:utf attributeUpdates?:attributes
59   SEGMENTS_MERGED          requestId:i64 target:utf source:utf newTargetWriteOffset?:i64
90   MERGE_SEGMENTS_BATCH     requestId:i64 target:utf sources:names delegationToken:utf
91   SEGMENTS_BATCH_MERGED    requestId:i64 target:utf sourcesAndOffsets:merged
32   UPDATE_SEGMENT_POLICY    requestId:i64 segment:utf targetRate:i32 scaleType:i8 delegationToken:utf
33   SEGMENT_POLICY_UPDATED   requestId:i64 segment:utf
11   GET_STREAM_SEGMENT_INFO  requestId:i64 segmentName:utf delegationToken:utf
12   STREAM_SEGMENT_INFO      requestId:i64 segmentName:utf exists:bool isSealed:bool isDeleted:bool lastModified:i64 writeOffset:i64 startOffset?:i64
34   GET_SEGMENT_ATTRIBUTE    requestId:i64 segmentName:utf attributeId:uuid delegationToken:utf
35   SEGMENT_ATTRIBUTE        requestId:i64 value:i64
36   UPDATE_SEGMENT_ATTRIBUTE requestId:i64 segmentName:utf attributeId:uuid newValue:i64 expectedValue:i64 delegationToken:utf
37   SEGMENT_ATTRIBUTE_UPDATED requestId:i64 success:bool
50   WRONG_HOST               requestId:i64 segment:utf correctHost:utf serverStackTrace?:utf
51   SEGMENT_IS_SEALED        requestId:i64 segment:utf serverStackTrace?:utf offset?:i64
52   SEGMENT_ALREADY_EXISTS   requestId:i64 segment:utf serverStackTrace?:utf
53   NO_SUCH_SEGMENT          requestId:i64 segment:utf serverStackTrace?:utf offset?:i64
56   SEGMENT_IS_TRUNCATED     requestId:i64 segment:utf startOffset:i64 serverStackTrace?:utf offset?:i64
57   OPERATION_UNSUPPORTED    requestId:i64 operationName:utf serverStackTrace?:utf
60   AUTH_TOKEN_CHECK_FAILED  requestId:i64 serverStackTrace?:utf errorCode?:i32
61   ERROR_MESSAGE            requestId:i64 segment:utf message:utf errorCode:i32
80   TABLE_SEGMENT_NOT_EMPTY  requestId:i64 segment:utf serverStackTrace:utf
81   TABLE_KEY_DOES_NOT_EXIST requestId:i64 segment:utf serverStackTrace:utf
82   TABLE_KEY_BAD_VERSION    requestId:i64 segment:utf serverStackTrace:utf
70   CREATE_TABLE_SEGMENT     requestId:i64 segment:utf delegationToken:utf sorted?:bool keyLength?:i32 rolloverSizeBytes?:i64
71   DELETE_TABLE_SEGMENT     requestId:i64 segment:utf mustBeEmpty:bool delegationToken:utf
68   GET_TABLE_SEGMENT_INFO   requestId:i64 segmentName:utf delegationToken:utf
69   TABLE_SEGMENT_INFO       requestId:i64 segmentName:utf startOffset:i64 length:i64 entryCount:i64 keyLength:i32
74   UPDATE_TABLE_ENTRIES     requestId:i64 segment:utf delegationToken:utf tableEntries:entries tableSegmentOffset?:i64
75   TABLE_ENTRIES_UPDATED    requestId:i64 updatedVersions:versions
76   REMOVE_TABLE_KEYS        requestId:i64 segment:utf delegationToken:utf keys:keys tableSegmentOffset?:i64
77   TABLE_KEYS_REMOVED       requestId:i64 segment:utf
78   READ_TABLE               requestId:i64 segment:utf delegationToken:utf keys:keys
79   TABLE_READ               requestId:i64 segment:utf entries:entries
83   READ_TABLE_KEYS          requestId:i64 segment:utf delegationToken:utf suggestedKeyCount:i32 {ITERATOR_ARGUMENTS}
84   TABLE_KEYS_READ          requestId:i64 segment:utf keys:keys continuationToken:bytes
85   READ_TABLE_ENTRIES       requestId:i64 segment:utf delegationToken:utf suggestedEntryCount:i32 {ITERATOR_ARGUMENTS}
86   TABLE_ENTRIES_READ       requestId:i64 segment:utf entries:entries continuationToken:bytes
88   READ_TABLE_ENTRIES_DELTA requestId:i64 segment:utf delegationToken:utf fromPosition:i64 suggestedEntryCount:i32
87   TABLE_ENTRIES_DELTA_READ requestId:i64 segment:utf entries:entries shouldClear:bool reachedEnd:bool lastPosition:i64
72   MERGE_TABLE_SEGMENTS     requestId:i64 target:utf source:utf delegationToken:utf
73   SEAL_TABLE_SEGMENT       requestId:i64 segment:utf delegationToken:utf
-3   FLUSH_TO_STORAGE         containerId:i32 delegationToken:utf requestId:i64
-5   LIST_STORAGE_CHUNKS      segment:utf delegationToken:utf requestId:i64
"""

# Fields whose value is the server's own business in every reply: presence is checked, the value is not.
ALWAYS_VARY = {
    "STREAM_SEGMENT_INFO": ["lastModified"],
    "ERROR_MESSAGE": ["message"],
}


def _read_command_table():
    by_name, by_type = {}, {}
    for line in COMMAND_TABLE.strip().splitlines():
        code, name, *columns = line.split()
        fields = []
        for column in columns:
            field, kind = column.split(":")
            fields.append((field.rstrip("?"), kind, field.endswith("?")))
        by_name[name] = (int(code), fields)
        by_type[int(code)] = name
    return by_name, by_type


COMMANDS, NAMES = _read_command_table()


class Malformed(Exception):
    """A payload that does not follow the field table."""


# --------------------------------------------------------------------------------------------------------------
# Bytes in JSON: a hex string, {"repeat": hex, "count": n}, or a list of such pieces.
# --------------------------------------------------------------------------------------------------------------

LONG_RUN = re.compile(rb"(.)\1{63,}", re.DOTALL)


def unpack_bytes(value) -> bytes:
    """JSON form to bytes."""
    if isinstance(value, str):
        return bytes.fromhex(value)
    if isinstance(value, dict):
        return bytes.fromhex(value["repeat"]) * value["count"]
    return b"".join(unpack_bytes(piece) for piece in value)


def pack_bytes(data: bytes):
    """Bytes to the shortest sensible JSON form: long runs of one byte become a repeat."""
    if len(data) <= 128:
        return data.hex()
    pieces, position = [], 0
    for run in LONG_RUN.finditer(data):
        if run.start() > position:
            pieces.append(data[position:run.start()].hex())
        pieces.append({"repeat": run.group(1).hex(), "count": len(run.group(0))})
        position = run.end()
    if position < len(data):
        pieces.append(data[position:].hex())
    return pieces[0] if len(pieces) == 1 else pieces


# --------------------------------------------------------------------------------------------------------------
# Codec
# --------------------------------------------------------------------------------------------------------------

def to_modified_utf8(text: str) -> bytes:
    """Java's form: U+0000 takes two bytes, characters beyond U+FFFF are written as two surrogates of three bytes."""
    units = text.encode("utf-16-be", "surrogatepass")
    characters = (chr(int.from_bytes(units[i:i + 2], "big")) for i in range(0, len(units), 2))
    return b"".join(b"\xc0\x80" if c == "\0" else c.encode("utf-8", "surrogatepass") for c in characters)


def from_modified_utf8(data: bytes) -> str:
    text = data.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


class Writer:
    """Encodes field values in the notation of the command table."""

    def __init__(self):
        self.out = bytearray()

    def i8(self, v): self.out += struct.pack(">b", v)
    def i32(self, v): self.out += struct.pack(">i", v)
    def i64(self, v): self.out += struct.pack(">q", v)
    def bool(self, v): self.out += bytes([int(v)])
    def uuid(self, v): self.out += uuid.UUID(v).bytes
    def rest(self, v): self.out += unpack_bytes(v)

    def utf(self, v):
        data = to_modified_utf8(v)
        self.out += struct.pack(">H", len(data)) + data

    def bytes(self, v):
        data = unpack_bytes(v)
        self.i32(len(data))
        self.out += data

    def event(self, v):
        self.i32(v["type"])
        self.bytes(v["data"])

    def key(self, v):
        data = unpack_bytes(v["key"])
        self.i32(4 + len(data) + 8)
        self.i32(len(data))
        self.out += data
        if data:
            self.i64(v["version"])

    def keys(self, v):
        self.i32(len(v))
        for key in v:
            self.key(key)

    def entries(self, v):
        self.i32(len(v))
        for entry in v:
            self.key(entry)
            value = unpack_bytes(entry["value"])
            self.i32(4 + len(value))
            self.i32(len(value))
            self.out += value

    def versions(self, v):
        self.i32(len(v))
        for version in v:
            self.i64(version)

    def names(self, v):
        self.i32(len(v))
        for name in v:
            self.utf(name)

    def merged(self, v):
        self.i32(len(v))
        for item in v:
            self.utf(item["segment"])
            self.i64(item["offset"])

    def attributes(self, v):
        self.i32(len(v))
        for update in v:
            self.uuid(update["attributeId"])
            self.i8(update["updateType"])
            self.i64(update["newValue"])
            self.i64(update["oldValue"])


class Reader:
    """Decodes field values in the notation of the command table."""

    def __init__(self, data: bytes):
        self.data = data
        self.position = 0

    def left(self) -> int:
        return len(self.data) - self.position

    def take(self, count: int) -> bytes:
        if count < 0 or count > self.left():
            raise Malformed(f"needs {count} bytes at offset {self.position}, {self.left()} left")
        self.position += count
        return self.data[self.position - count:self.position]

    def i8(self): return struct.unpack(">b", self.take(1))[0]
    def i32(self): return struct.unpack(">i", self.take(4))[0]
    def i64(self): return struct.unpack(">q", self.take(8))[0]
    def uuid(self): return str(uuid.UUID(bytes=self.take(16)))
    def rest(self): return pack_bytes(self.take(self.left()))
    def utf(self): return from_modified_utf8(self.take(struct.unpack(">H", self.take(2))[0]))
    def bytes(self): return pack_bytes(self.take(self.i32()))
    def event(self): return {"type": self.i32(), "data": self.bytes()}
    def list(self, item): return [item() for _ in range(self.i32())]
    def keys(self): return self.list(self.key)
    def versions(self): return self.list(self.i64)
    def names(self): return self.list(self.utf)
    def merged(self): return self.list(lambda: {"segment": self.utf(), "offset": self.i64()})

    def bool(self):
        value = self.take(1)[0]
        return bool(value) if value < 2 else value

    def key(self):
        self.i32()
        length = self.i32()
        key = self.take(length)
        return {"key": pack_bytes(key), "version": self.i64() if length else None}

    def entries(self):
        def entry():
            result = self.key()
            self.i32()
            result["value"] = self.bytes()
            return result
        return self.list(entry)

    def attributes(self):
        return self.list(lambda: {"attributeId": self.uuid(), "updateType": self.i8(),
                                  "newValue": self.i64(), "oldValue": self.i64()})


def encode_frame(command: dict) -> bytes:
    """{"command", "fields"} to a whole frame. RAW is sent as it stands; optional fields may be left out."""
    fields = command["fields"]
    if command["command"] == "RAW":
        return unpack_bytes(fields["bytes"])
    code, table = COMMANDS[command["command"]]
    writer = Writer()
    for name, kind, optional in table:
        if name in fields:
            getattr(writer, kind)(fields[name])
        elif not optional:
            raise Malformed(f"{command['command']} lacks {name}")
    payload = bytes(writer.out) + unpack_bytes(fields.get("trailing", ""))
    return struct.pack(">ii", code, len(payload)) + payload


def decode_frame(code: int, payload: bytes) -> dict:
    """A frame to {"command", "type", "fields"}; bytes beyond the known fields appear as "trailing"."""
    name = NAMES.get(code)
    if name is None:
        return {"command": "UNKNOWN", "type": code, "fields": {"data": pack_bytes(payload)}}
    reader, fields = Reader(payload), {}
    for field, kind, optional in COMMANDS[name][1]:
        if optional and not reader.left():
            break
        fields[field] = getattr(reader, kind)()
    if reader.left():
        fields["trailing"] = reader.rest()
    return {"command": name, "type": code, "fields": fields}


# --------------------------------------------------------------------------------------------------------------
# Connections
# --------------------------------------------------------------------------------------------------------------

class Connection:
    """One TCP connection; reads whole frames with a deadline."""

    def __init__(self, address):
        self.socket = socket.create_connection(address, timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(60)
        self.buffer = bytearray()
        self.closed = False

    def send(self, data: bytes):
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # the peer has closed; the following expectation tells

    def close(self):
        self.socket.close()

    def read_frame(self, seconds: float):
        """The next (type, payload); None after silence or at the end of the stream (then `closed` is set)."""
        deadline = time.monotonic() + seconds
        while True:
            if len(self.buffer) >= 8:
                code, length = struct.unpack(">ii", self.buffer[:8])
                if len(self.buffer) >= 8 + length:
                    payload = bytes(self.buffer[8:8 + length])
                    del self.buffer[:8 + length]
                    return code, payload
            if self.closed:
                return None
            wait = deadline - time.monotonic()
            if not select.select([self.socket], [], [], max(0, wait))[0]:
                return None
            try:
                data = self.socket.recv(1 << 18)
            except OSError:
                data = b""
            if data:
                self.buffer += data
            else:
                self.closed = True


# --------------------------------------------------------------------------------------------------------------
# Captured values: "${name}" in a field stands for a value taken from an earlier reply.
# --------------------------------------------------------------------------------------------------------------

def substitute(value, captured: dict):
    """Replaces "${name}" everywhere in a JSON value."""
    if isinstance(value, str) and value.startswith("${") and value.endswith("}"):
        return captured[value[2:-1]]
    if isinstance(value, list):
        return [substitute(item, captured) for item in value]
    if isinstance(value, dict):
        return {key: substitute(item, captured) for key, item in value.items()}
    return value


def abstract(value, captured: dict):
    """The reverse of substitute, used when recording."""
    if isinstance(value, str):
        for name, known in captured.items():
            if value == known and value:
                return "${" + name + "}"
        return value
    if isinstance(value, list):
        return [abstract(item, captured) for item in value]
    if isinstance(value, dict):
        return {key: abstract(item, captured) for key, item in value.items()}
    return value


def uses_captures(value) -> bool:
    return "${" in json.dumps(value)


def frame_bytes(step: dict, captured: dict) -> bytes:
    """What a send step puts on the wire: its hex, or its fields if they contain captured values."""
    if uses_captures(step["send"]["fields"]):
        return encode_frame(substitute(step["send"], captured))
    return unpack_bytes(step["hex"])


# --------------------------------------------------------------------------------------------------------------
# Comparison
# --------------------------------------------------------------------------------------------------------------

def short(value) -> str:
    text = json.dumps(value)
    return text if len(text) <= 120 else text[:100] + f"... ({len(text)} characters)"


def sort_key(item):
    return json.dumps(item, sort_keys=True)


def difference(expected: dict, actual: dict, captured: dict, exact: bool) -> str | None:
    """The first difference between an expected reply and a decoded one, or None."""
    if expected["type"] != actual["type"]:
        return f"expected {expected['command']} got {actual['command']} {short(actual['fields'])}"
    vary = expected.get("vary", [])
    wanted = substitute(expected["fields"], {**captured, **{k: "?" for k in expected.get("capture", {})}})
    for field, value in wanted.items():
        where = f"{expected['command']}.{field}"
        if field not in actual["fields"]:
            return f"{where} is missing"
        got = actual["fields"][field]
        if field in vary or field in expected.get("capture", {}).values():
            pattern = expected.get("pattern", {}).get(field)
            if pattern is not None:
                if not re.fullmatch(pattern, str(got)):
                    return f"{where} {short(got)} does not match {pattern}"
            elif field != "serverStackTrace" and (got == "") != (value == ""):
                return f"{where} expected something like {short(value)} got {short(got)}"
            continue
        if not exact and field in expected.get("collect", {}):
            if len(got) != len(value):
                return f"{where} expected {len(value)} items got {len(got)}"
            continue
        if not exact and field in expected.get("unordered", []):
            got, value = sorted(got, key=sort_key), sorted(value, key=sort_key)
        if got != value:
            return f"{where} expected {short(value)} got {short(got)}"
    surplus = [field for field in actual["fields"] if field not in wanted]
    return f"{expected['command']} has unexpected {', '.join(surplus)}" if surplus else None


# --------------------------------------------------------------------------------------------------------------
# Running a scenario
# --------------------------------------------------------------------------------------------------------------

class Failure(Exception):
    """The server's answer differs from the recording."""


class Run:
    """State shared by both ways of running a scenario: connections, captures and collected items."""

    def __init__(self, scenario: dict, address, timeout: float, exact: bool):
        self.scenario, self.address = scenario, address
        self.timeout, self.exact = timeout, exact
        self.connections: dict[str, Connection] = {}
        self.captured: dict[str, str] = {}
        self.collected: dict[str, list] = {}

    def connection(self, name: str) -> Connection:
        if name not in self.connections:
            self.connections[name] = Connection(self.address)
        return self.connections[name]

    def drop(self, name: str):
        self.connection(name).close()
        del self.connections[name]

    def close_all(self):
        for connection in self.connections.values():
            connection.close()

    def note_reply(self, expected: dict, actual: dict):
        """Takes captures and collected items out of a reply that was accepted."""
        for name, field in expected.get("capture", {}).items():
            self.captured[name] = actual["fields"][field]
        for field, name in expected.get("collect", {}).items():
            self.collected.setdefault(name, []).extend(actual["fields"][field])


    def expect_acks(self, connection: Connection, acks: dict):
        """Cumulative acknowledgements of pipelined appends: any of the listed numbers, chained, ending at the last."""
        remaining = [tuple(pair) for pair in acks["appends"]]
        previous = acks["previousEventNumber"]
        while remaining:
            frame = connection.read_frame(self.timeout or 10)
            if frame is None:
                raise Failure(f"expected acknowledgements up to {remaining[-1][0]}, got none after {previous}")
            actual = decode_frame(*frame)
            if actual["command"] != "DATA_APPENDED":
                raise Failure(f"expected DATA_APPENDED got {actual['command']} {short(actual['fields'])}")
            fields = actual["fields"]
            pair = (fields["eventNumber"], fields["currentSegmentWriteOffset"])
            if pair not in remaining:
                raise Failure(f"DATA_APPENDED number and offset {pair} not among {remaining}")
            fixed = {"writerId": acks["writerId"], "previousEventNumber": previous, "requestId": acks["requestId"]}
            for field, value in fixed.items():
                if fields[field] != value:
                    raise Failure(f"DATA_APPENDED.{field} expected {value} got {fields[field]}")
            previous = pair[0]
            del remaining[:remaining.index(pair) + 1]


class Check(Run):
    """Replays a scenario and raises Failure at the first difference."""

    def run(self):
        try:
            for number, step in enumerate(self.scenario["steps"], 1):
                try:
                    self.step(step)
                except Failure as failure:
                    where = f"step {number}" + (f" (conn {step['conn']})" if "conn" in step else "")
                    raise Failure(f"{where}: {failure}") from None
            for name, connection in self.connections.items():
                extra = connection.read_frame(0.02)
                if extra:
                    raise Failure(f"after the last step (conn {name}): unexpected {short(decode_frame(*extra))}")
        finally:
            self.close_all()

    def step(self, step: dict):
        if "wait_ms" in step:
            time.sleep(step["wait_ms"] / 1000)
        elif "collected" in step:
            self.check_collected(step)
        elif "send" in step:
            self.connection(step["conn"]).send(frame_bytes(step, self.captured))
        elif "close" in step:
            self.drop(step["conn"])
        elif "expect_closed" in step:
            self.expect_closed(self.connection(step["conn"]))
        elif "expect_nothing_ms" in step:
            self.expect_nothing(self.connection(step["conn"]), step["expect_nothing_ms"] / 1000)
        elif "expect_acks" in step:
            self.expect_acks(self.connection(step["conn"]), step["expect_acks"])
        else:
            self.expect(self.connection(step["conn"]), step)

    def expect(self, connection: Connection, step: dict):
        pending = list(step["expect"])
        while pending:
            frame = connection.read_frame(self.timeout)
            if frame is None:
                state = "the connection was closed" if connection.closed else f"no reply within {self.timeout:g} s"
                raise Failure(f"expected {pending[0]['command']}, {state}")
            try:
                actual = decode_frame(*frame)
            except Malformed as error:
                raise Failure(f"expected {pending[0]['command']}, got a malformed frame of type {frame[0]}: {error}") from None
            candidates = pending if step.get("any_order") else pending[:1]
            differences = [difference(reply, actual, self.captured, self.exact) for reply in candidates]
            if None not in differences:
                raise Failure(differences[0])
            accepted = pending.pop(differences.index(None))
            self.note_reply(accepted, actual)

    def expect_closed(self, connection: Connection):
        frame = connection.read_frame(self.timeout)
        if frame is not None:
            raise Failure(f"expected the server to close the connection, got {short(decode_frame(*frame))}")
        if not connection.closed:
            raise Failure(f"expected the server to close the connection, still open after {self.timeout:g} s")

    def expect_nothing(self, connection: Connection, seconds: float):
        frame = connection.read_frame(seconds)
        if frame is not None:
            raise Failure(f"expected silence, got {short(decode_frame(*frame))}")
        if connection.closed:
            raise Failure("expected silence, the connection was closed")

    def check_collected(self, step: dict):
        got = sorted(self.collected.get(step["collected"], []), key=sort_key)
        want = sorted(step["items"], key=sort_key)
        if got != want:
            raise Failure(f"pages together: expected {short(want)} got {short(got)}")


class Record(Run):
    """Runs a scenario and rewrites its expectations from what the server does."""

    SETTLE = 0.2  # silence that ends a group of replies
    FIRST = 1.5    # patience for the first reply

    def run(self) -> dict:
        self.steps = []
        try:
            for step in self.scenario["steps"]:
                self.step(step)
            for name in list(self.connections):
                if not self.connections[name].closed:
                    self.observe(name, [], {}, first=0.05)
        finally:
            self.close_all()
        head = {key: value for key, value in self.scenario.items() if key != "steps"}
        return {**head, "server": SERVER_NAME, "steps": self.steps}

    def step(self, step: dict):
        if "send" in step:
            self.send(step)
        elif "close" in step:
            self.drop(step["conn"])
            self.steps.append(step)
        elif "wait_ms" in step:
            time.sleep(step["wait_ms"] / 1000)
            self.steps.append(step)
        elif "expect_acks" in step:
            self.expect_acks(self.connection(step["conn"]), step["expect_acks"])
            self.steps.append(step)
        elif "collected" in step:
            items = sorted(self.collected[step["collected"]], key=sort_key)
            self.steps.append({"collected": step["collected"], "items": items})
        elif "expect_nothing_ms" in step:
            seconds = step["expect_nothing_ms"] / 1000
            self.observe(step["conn"], [], step, first=seconds, silence=step["expect_nothing_ms"])
        elif not self.connection(step["conn"]).closed:
            self.observe(step["conn"], step.get("expect", []), step, first=step.get("patience_ms", self.FIRST * 1000) / 1000)

    def send(self, step: dict):
        command = step["send"]
        real = substitute(command, self.captured)
        frame = encode_frame(real)
        self.connection(step["conn"]).send(frame)
        code = COMMANDS[command["command"]][0] if command["command"] != "RAW" else None
        out = {"conn": step["conn"], "send": {"command": command["command"], "type": code, "fields": command["fields"]},
               "hex": self.hex_pieces(frame, command["fields"])}
        self.steps.append({**({"note": step["note"]} if "note" in step else {}), **out})

    def hex_pieces(self, frame: bytes, fields):
        """The frame in JSON form; bytes that come from a capture are cut out and named."""
        if not uses_captures(fields):
            return pack_bytes(frame)
        pieces = [frame]
        for name in set(re.findall(r"\$\{(\w+)\}", json.dumps(fields))):
            value = self.captured[name]
            kinds = [bytes.fromhex(value)] if re.fullmatch(r"([0-9a-f]{2})*", value) else []
            needle = (kinds + [value.encode()])[0]
            split = []
            for piece in pieces:
                if isinstance(piece, dict) or not needle or needle not in piece:
                    split.append(piece)
                    continue
                for index, part in enumerate(piece.split(needle)):
                    split += ([{"captured": name}] if index else []) + ([part] if part else [])
            pieces = split
        return [piece if isinstance(piece, dict) else piece.hex() for piece in pieces]

    def observe(self, name: str, previous: list, step: dict, first: float, silence: int = 500):
        connection = self.connection(name)
        replies, wait = [], first
        while (frame := connection.read_frame(wait)) is not None:
            old = previous[len(replies)] if len(replies) < len(previous) else {}
            replies.append(self.reply(*frame, old))
            wait = self.SETTLE
        note = {"note": step["note"]} if "note" in step else {}
        if replies:
            self.steps.append({**note, "conn": name, "expect": replies, **({"any_order": True} if step.get("any_order") else {})})
        if connection.closed:
            self.steps.append({**({} if replies else note), "conn": name, "expect_closed": True})
        elif not replies and step:
            self.steps.append({**note, "conn": name, "expect_nothing_ms": silence})

    def reply(self, code: int, payload: bytes, old: dict) -> dict:
        actual = decode_frame(code, payload)
        fields = actual["fields"]
        reply = {"command": actual["command"], "type": code, "fields": fields}
        for name, field in old.get("capture", {}).items():
            if field in fields:
                self.captured[name] = fields[field]
        reply["fields"] = abstract(fields, self.captured)
        frame = struct.pack(">ii", code, len(payload)) + payload
        vary = list(old.get("vary", [])) + ALWAYS_VARY.get(actual["command"], [])
        if fields.get("serverStackTrace"):
            # The standalone server fills in a stack trace; the recording keeps the frame with an empty one.
            reply["fields"] = {**reply["fields"], "serverStackTrace": ""}
            frame = encode_frame({**actual, "fields": {**fields, "serverStackTrace": ""}})
            vary.append("serverStackTrace")
        reply["hex"] = pack_bytes(frame)
        vary = [field for field in dict.fromkeys(vary) if field in fields]
        if vary:
            reply["vary"] = vary
        for key in ("capture", "pattern", "unordered", "collect"):
            if key in old:
                reply[key] = old[key]
        self.note_reply(reply if set(reply.get("capture", {}).values()) <= set(fields) else {}, actual)
        return reply


# --------------------------------------------------------------------------------------------------------------
# Files
# --------------------------------------------------------------------------------------------------------------

def compact(value) -> str:
    return json.dumps(value, separators=(", ", ": "), ensure_ascii=True)


def without(step: dict, *keys) -> dict:
    return {key: value for key, value in step.items() if key not in keys}


def render(scenario: dict) -> str:
    """A scenario as JSON text: one step per block, long hex on lines of their own."""
    lines = ["{"]
    for key in scenario:
        if key != "steps":
            lines.append(f'  "{key}": {json.dumps(scenario[key], ensure_ascii=True)},')
    lines.append('  "steps": [')
    for number, step in enumerate(scenario["steps"]):
        last = "" if number == len(scenario["steps"]) - 1 else ","
        if "send" in step:
            lines += [f'    {compact(without(step, "hex"))[:-1]},', f'     "hex": {compact(step["hex"])}}}{last}']
        elif "expect" in step:
            lines.append(f'    {compact(without(step, "expect"))[:-1]}, "expect": [')
            for index, reply in enumerate(step["expect"]):
                end = "" if index == len(step["expect"]) - 1 else ","
                body = compact(without(reply, "hex"))[:-1]
                lines += [f"      {body},", f'       "hex": {compact(reply["hex"])}}}{end}'] if "hex" in reply \
                    else [f"      {compact(reply)}{end}"]
            lines.append(f"    ]}}{last}")
        else:
            lines.append(f"    {compact(step)}{last}")
    lines += ["  ]", "}"]
    text = "\n".join(lines) + "\n"
    assert json.loads(text) == scenario
    return text


def scenario_files(paths) -> list[Path]:
    files = []
    for path in map(Path, paths):
        files += sorted(path.glob("*.json")) if path.is_dir() else [path]
    return files


def lint_scenario(scenario: dict) -> list[str]:
    """Static faults of a scenario."""
    faults = []
    for key in ("name", "about", "server", "steps"):
        if key not in scenario:
            faults.append(f"lacks {key}")
    for number, step in enumerate(scenario["steps"], 1):
        frames = ([(step["send"], step["hex"])] if "send" in step else
                  [(reply, reply["hex"]) for reply in step.get("expect", [])])
        for command, pieces in frames:
            if command["command"] == "UNKNOWN" or uses_captures(command["fields"]):
                continue
            if encode_frame(command) != unpack_bytes(pieces):
                faults.append(f"step {number}: fields and hex of {command['command']} disagree")
            if command["command"] != "RAW" and COMMANDS[command["command"]][0] != command["type"]:
                faults.append(f"step {number}: type of {command['command']} is wrong")
    return faults


# --------------------------------------------------------------------------------------------------------------
# Command line
# --------------------------------------------------------------------------------------------------------------

def parse_address(text: str):
    host, _, port = text.rpartition(":")
    return host, int(port)


def command_check(options) -> int:
    results = []
    for file in scenario_files(options.paths):
        scenario = json.loads(file.read_text())
        if options.no_quirks and "quirk" in scenario:
            continue
        problem = None
        try:
            Check(scenario, parse_address(options.store), options.timeout, options.exact).run()
        except Failure as failure:
            problem = str(failure)
        except OSError as error:
            problem = f"cannot talk to the server: {error}"
        results.append({"name": scenario["name"], "file": str(file), "ok": problem is None, "difference": problem})
        if not options.json:
            print(f"ok    {scenario['name']}" if problem is None else f"FAIL  {scenario['name']}: {problem}", flush=True)
    failed = sum(not result["ok"] for result in results)
    if options.json:
        print(json.dumps({"passed": len(results) - failed, "failed": failed, "scenarios": results}, indent=1))
    else:
        print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


def command_record(options) -> int:
    for file in scenario_files([options.directory]):
        scenario = json.loads(file.read_text())
        if options.only and scenario["name"] not in options.only:
            continue
        recorded = Record(scenario, parse_address(options.store), 0, True).run()
        file.write_text(render(recorded))
        print(f"recorded {scenario['name']} ({len(recorded['steps'])} steps)", flush=True)
    return 0


def command_lint(options) -> int:
    files, faulty = scenario_files(options.paths), 0
    for file in files:
        scenario = json.loads(file.read_text())
        faults = lint_scenario(scenario) + ([] if file.stem == scenario["name"] else ["file name and scenario name differ"])
        faulty += bool(faults)
        for fault in faults:
            print(f"{file.name}: {fault}")
    print(f"{len(files) - faulty} passed, {faulty} failed")
    return 1 if faulty else 0


def command_show(options) -> int:
    for file in scenario_files(options.paths):
        scenario = json.loads(file.read_text())
        print(f"{scenario['name']}: {scenario['about']}")
        for number, step in enumerate(scenario["steps"], 1):
            note = f"   # {step['note']}" if "note" in step else ""
            if "send" in step:
                print(f" {number:3} {step['conn']} > {step['send']['command']} {short(step['send']['fields'])}{note}")
            elif "expect" in step:
                for reply in step["expect"]:
                    print(f" {number:3} {step['conn']} < {reply['command']} {short(reply['fields'])}{note}")
            else:
                print(f" {number:3} {compact(step)}")
        print()
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="mode", required=True)
    check = commands.add_parser("check", help="replay and compare")
    check.add_argument("paths", nargs="+")
    check.add_argument("--store", required=True, metavar="HOST:PORT")
    check.add_argument("--json", action="store_true")
    check.add_argument("--exact", action="store_true")
    check.add_argument("--no-quirks", action="store_true")
    check.add_argument("--timeout", type=float, default=10, metavar="SECONDS")
    check.set_defaults(run=command_check)
    record = commands.add_parser("record", help="rewrite the expectations")
    record.add_argument("directory")
    record.add_argument("--store", required=True, metavar="HOST:PORT")
    record.add_argument("--only", nargs="+", metavar="NAME")
    record.set_defaults(run=command_record)
    lint = commands.add_parser("lint", help="check the files without a server")
    lint.add_argument("paths", nargs="+")
    lint.set_defaults(run=command_lint)
    show = commands.add_parser("show", help="print a scenario for reading")
    show.add_argument("paths", nargs="+")
    show.set_defaults(run=command_show)
    options = parser.parse_args()
    return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
