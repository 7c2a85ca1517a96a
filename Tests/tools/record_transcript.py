#!/usr/bin/env python3
"""Turn a packet capture of a Pravega client and server into a readable transcript.

Capture on the loopback interface while a client works (controller on port 9090, segment store on port 6000):

    tcpdump -i lo -s 0 -B 65536 -U -w run.pcap 'tcp port 9090 or tcp port 6000'

then convert:

    python3 record_transcript.py run.pcap NAME.jsonl --controller 9090 --store 6000

Needs Python 3.11 and the packages hpack and hyperframe (HPACK and HTTP/2 frames). Works on plain TCP only, not on TLS.
The field tables are in transcript_schema.py. The format of the lines is described in Tests/Fixtures/transcripts/README.md.

Options

    --server-ip IP       keep only connections whose server end has this address. Useful when client and server share a
                         machine: let the client reach the server at 127.0.0.9, and the server reach itself at
                         127.0.0.1, and the two kinds of traffic can be told apart.
    --not-server-ip IP   the opposite: leave out connections whose server end has this address.
    --client-ports FILE  keep only connections whose client port is listed in FILE (white space separated).
    --only-segments RE   of the wire commands write only those that concern a segment matching the regular expression:
                         the command names it, or its writer was set up on it, or it answers such a request.
    --http2-frames       write every HTTP/2 frame on the controller port (proto "http2") besides the gRPC messages.
    --notes FILE         JSON lines with an "at" field (seconds since the epoch) to merge by time; "at" becomes "t".
    --tail FILE          JSON lines to add at the end, unchanged.
    --limit N            longest payload, in bytes, that is written completely (default 4096).
"""

import argparse
import hashlib
import json
import os
import re
import struct
import sys
import uuid

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import transcript_schema as schema  # noqa: E402


# ---------------------------------------------------------------------------------------------------------------------
# Packet capture: Ethernet or raw IP, IPv4 and IPv6, TCP
# ---------------------------------------------------------------------------------------------------------------------

def packets(path):
    """Yield (time, link type, frame bytes) of every packet of a pcap file."""
    with open(path, "rb") as f:
        head = f.read(24)
        magic = head[:4]
        if magic in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1"):
            order = "<"
        elif magic in (b"\xa1\xb2\xc3\xd4", b"\xa1\xb2\x3c\x4d"):
            order = ">"
        else:
            raise SystemExit("not a pcap file")
        scale = 1e-9 if magic in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d") else 1e-6
        link = struct.unpack(order + "I", head[20:24])[0] & 0xFFFF
        while True:
            rec = f.read(16)
            if len(rec) < 16:
                return
            sec, frac, have, length = struct.unpack(order + "IIII", rec)
            data = f.read(have)
            if len(data) < have:
                return
            if have < length:
                raise SystemExit("packet cut short in the capture; use tcpdump -s 0")
            yield sec + frac * scale, link, data


def tcp_of(link, data):
    """(source ip, source port, destination ip, destination port, sequence number, flags, payload) or None."""
    if link == 1:
        kind = struct.unpack(">H", data[12:14])[0]
        data = data[14:]
    else:
        kind = 0x0800 if data[0] >> 4 == 4 else 0x86DD
    if kind == 0x0800:
        if data[9] != 6:
            return None
        start = (data[0] & 15) * 4
        total = struct.unpack(">H", data[2:4])[0] or len(data)
        src = ".".join(map(str, data[12:16]))
        dst = ".".join(map(str, data[16:20]))
        tcp = data[start:total]
    elif kind == 0x86DD:
        if data[6] != 6:
            return None
        src, dst = data[8:24].hex(), data[24:40].hex()
        mapped = "00000000000000000000ffff"
        src, dst = ((".".join(map(str, bytes.fromhex(a[24:]))) if a.startswith(mapped) else
                     ("::1" if int(a, 16) == 1 else a)) for a in (src, dst))
        tcp = data[40:]
    else:
        return None
    sport, dport, seq = struct.unpack(">HHI", tcp[:8])
    flags = tcp[13]
    return src, sport, dst, dport, seq, flags, tcp[(tcp[12] >> 4) * 4:]


class Direction:
    """One direction of a TCP connection: puts segments in order and drops repeated bytes."""

    def __init__(self):
        self.next = None
        self.waiting = {}

    def add(self, seq, syn, data):
        """Returns the bytes that became available in order."""
        if syn:
            self.next = (seq + 1) & 0xFFFFFFFF
            return b""
        if self.next is None:                   # the capture began in the middle of the connection
            self.next = seq
        if data:
            self.waiting.setdefault(seq, b"")
            if len(data) > len(self.waiting[seq]):
                self.waiting[seq] = data
        out = b""
        progress = True
        while progress:
            progress = False
            for s in sorted(self.waiting, key=lambda s: (s - self.next) & 0xFFFFFFFF):
                d = self.waiting[s]
                behind = (self.next - s) & 0xFFFFFFFF
                if behind < 0x80000000:         # starts at or before the expected byte
                    del self.waiting[s]
                    if behind < len(d):
                        out += d[behind:]
                        self.next = (s + len(d)) & 0xFFFFFFFF
                    progress = True
                    break
        return out


# ---------------------------------------------------------------------------------------------------------------------
# Wire protocol
# ---------------------------------------------------------------------------------------------------------------------

WIRE = {}
for _line in schema.WIRE.strip().split("\n"):
    _code, _name, *_rest = _line.split(" ", 2)
    WIRE[int(_code)] = (_name, [tuple(x.strip().split(": ")) for x in re.split(r",(?![^(]*\))", _rest[0])] if _rest else [])


def constant_name(camel):
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", camel).upper()


class Short(Exception):
    pass


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def take(self, n):
        if n < 0 or self.left() < n:
            raise Short()
        self.at += n
        return self.data[self.at - n:self.at]

    def unpack(self, fmt):
        return struct.unpack(">" + fmt, self.take(struct.calcsize(">" + fmt)))[0]


def blob(data, full=64):
    """Bytes inside decoded fields: short ones in full, long ones as length and beginning."""
    if len(data) <= full:
        return {"length": len(data), "hex": data.hex()}
    return {"length": len(data), "head": data[:32].hex()}


def table_key(r):
    size = r.unpack("i")
    n = r.unpack("i")
    key = r.take(n)
    return {"key": key.hex(), "version": r.unpack("q")} if size >= 12 and n > 0 else {"key": "", "version": None}


def table_value(r):
    r.unpack("i")
    data = r.take(r.unpack("i"))
    return data.hex() if len(data) <= 256 else blob(data)


def value_of(kind, r):
    if kind == "i64":
        return r.unpack("q")
    if kind == "i32":
        return r.unpack("i")
    if kind == "i8":
        return r.unpack("b")
    if kind == "bool":
        return r.unpack("b") != 0
    if kind == "utf":
        return r.take(r.unpack("H")).decode("utf-8", "surrogatepass")
    if kind == "uuid":
        return str(uuid.UUID(bytes=r.take(16)))
    if kind == "bytes":
        return blob(r.take(r.unpack("i")))
    if kind == "rest":
        return blob(r.take(r.left()))
    if kind == "event":
        r.unpack("i")
        return blob(r.take(r.unpack("i")))
    if kind == "TableEntries":
        return [dict(table_key(r), value=table_value(r)) for _ in range(r.unpack("i"))]
    if kind == "TableKey[]":
        return [table_key(r) for _ in range(r.unpack("i"))]
    if kind == "i64[]":
        return [r.unpack("q") for _ in range(r.unpack("i"))]
    if kind == "utf[]":
        return [value_of("utf", r) for _ in range(r.unpack("i"))]
    if kind == "(utf,i64)[]":
        return [[value_of("utf", r), r.unpack("q")] for _ in range(r.unpack("i"))]
    if kind == "AttrUpdate[]":
        return [{"id": value_of("uuid", r), "updateType": r.unpack("b"), "newValue": r.unpack("q"),
                 "oldValue": r.unpack("q")} for _ in range(r.unpack("i"))]
    if kind == "IterArgs":
        return {k: (r.take(r.unpack("i")) if r.left() >= 4 else b"").hex()
                for k in ("continuationToken", "prefixFilter", "fromKey", "toKey")}
    raise ValueError(kind)


def decode_wire(code, body):
    """(name, fields) of one wire command. Optional trailing fields that are absent are left out."""
    if code not in WIRE:
        return "UNKNOWN", {}
    name, layout = WIRE[code]
    r, fields = Reader(body), {}
    try:
        for field, kind in layout:
            optional = field.endswith("?")
            if optional and r.left() == 0:
                break
            fields[field.rstrip("?")] = value_of(kind, r)
        if r.left():
            fields["_unread"] = r.left()
    except Short:
        fields["_short"] = True
    return constant_name(name), fields


def cut_events(data):
    """Parts of an append block or of event data: [["Event", payload length], ...], or None if it is something else."""
    parts, at = [], 0
    while at < len(data):
        if len(data) - at < 8:
            return None
        code, n = struct.unpack(">ii", data[at:at + 8])
        if code not in (0, -1, -2) or n < 0 or at + 8 + n > len(data):
            return None
        parts.append([{0: "Event", -1: "Padding", -2: "PartialEvent"}[code], n])
        at += 8 + n
    return parts


def parts_summary(data):
    parts = cut_events(data)
    if not parts or (len(parts) > 1 and all(n == 0 for _, n in parts)):
        return None                              # zeros are padding inside something larger
    if len(parts) <= 6:
        return parts
    events = [n for k, n in parts if k == "Event"]
    out = [["Event", "x%d" % len(events), min(events), max(events)]] if events else []
    return out + [p for p in parts if p[0] != "Event"]


GROUP_RECORDS = ["ReaderGroupStateInit", "CompactReaderGroupState", "AddReader", "RemoveReader", "ReleaseSegment",
                 "AcquireSegment", "UpdateDistanceToTail", "SegmentCompleted", "CheckpointReader", "CreateCheckpoint",
                 "ClearCheckpointsBefore", "UpdateCheckpointPublished", "UpdatingConfig", "RemoveOutstandingCheckpoints"]


def group_record(payload):
    """Names of the reader group records in one state synchronizer record."""
    def name(b):
        return GROUP_RECORDS[b[1]] if len(b) > 1 and b[0] == 0 and b[1] < len(GROUP_RECORDS) else "?"
    try:
        kind = struct.unpack(">i", payload[:4])[0]
        if kind == 1:
            return ["init:" + name(payload[4:])]
        out, at = [], 4
        while kind == 2 and at < len(payload):
            n = struct.unpack(">i", payload[at:at + 4])[0]
            out.append(name(payload[at + 4:at + 4 + n]))
            at += 4 + n
        return out
    except struct.error:
        return None


def group_records_in(data):
    out, at = [], 0
    while len(data) - at >= 8:
        code, n = struct.unpack(">ii", data[at:at + 8])
        if code != 0 or at + 8 + n > len(data):
            break
        out.append(group_record(data[at + 8:at + 8 + n]))
        at += 8 + n
    return out


class WireStream:
    """Cuts one direction of a store connection into commands."""

    def __init__(self):
        self.buffer = bytearray()
        self.bad = False

    def feed(self, data):
        self.buffer += data
        at = 0
        while not self.bad and len(self.buffer) - at >= 8:
            code, n = struct.unpack(">ii", self.buffer[at:at + 8])
            if not 0 <= n <= 0xFFFFFF:
                self.bad = True
                break
            if len(self.buffer) - at < 8 + n:
                break
            yield code, bytes(self.buffer[at:at + 8 + n])
            at += 8 + n
        del self.buffer[:at]


# ---------------------------------------------------------------------------------------------------------------------
# Controller: HTTP/2, gRPC, protobuf
# ---------------------------------------------------------------------------------------------------------------------

MESSAGES, ENUMS, RPCS = {}, {}, {}
for _line in schema.MESSAGES.strip().split("\n"):
    _name, _, _fields = _line.partition(" ")
    MESSAGES[_name] = {}
    for _f in filter(None, _fields.split("; ")):
        _n, _fname, *_kind = _f.split(" ")
        MESSAGES[_name][int(_n)] = (_fname, _kind[-1], _kind[0] == "repeated")
for _line in schema.ENUMS.strip().split("\n"):
    _name, *_values = _line.split(" ")
    ENUMS[_name] = {int(v.split("=")[1]): v.split("=")[0] for v in _values}
for _line in schema.RPCS.strip().split("\n"):
    _n, _a, _b = _line.split(" ")
    RPCS[_n] = (_a, _b)


def varint(data, at):
    shift = value = 0
    while True:
        b = data[at]
        at += 1
        value |= (b & 127) << shift
        shift += 7
        if b < 128:
            return value & 0xFFFFFFFFFFFFFFFF, at


def signed(v, bits=64):
    return v - (1 << bits) if v >> (bits - 1) else v


def scalar(kind, v):
    if kind in ENUMS:
        return ENUMS[kind].get(v, v)
    if kind == "bool":
        return bool(v)
    if kind in ("int32", "int64"):
        return signed(v)
    return v


def default_of(kind):
    if kind in ENUMS:
        return ENUMS[kind].get(0, 0)
    return {"string": "", "bool": False, "double": 0.0}.get(kind, 0)


def decode_proto(kind, data):
    """Protobuf message to a dictionary. Only fields present on the wire appear, except absent scalars of the top level
    enum fields, which are shown with their default because 0 is meaningful for them (status SUCCESS)."""
    layout = MESSAGES[kind]
    out, at = {}, 0
    while at < len(data):
        tag, at = varint(data, at)
        number, wt = tag >> 3, tag & 7
        if wt == 0:
            raw, at = varint(data, at)
        elif wt == 1:
            raw, at = data[at:at + 8], at + 8
        elif wt == 5:
            raw, at = data[at:at + 4], at + 4
        elif wt == 2:
            n, at = varint(data, at)
            raw, at = data[at:at + n], at + n
        else:
            raise ValueError("wire type %d" % wt)
        if number not in layout:
            out.setdefault("_unknown", []).append({"number": number, "wireType": wt, "raw": raw.hex() if wt else raw})
            continue
        name, ftype, repeated = layout[number]
        m = re.match(r"map<(\w+),(\w+)>", ftype)
        if m:
            kt, vt = m.groups()
            key, value, i = default_of(kt), ({} if vt in MESSAGES else default_of(vt)), 0
            while i < len(raw):
                t, i = varint(raw, i)
                if t & 7 == 0:
                    x, i = varint(raw, i)
                    x = scalar(kt if t >> 3 == 1 else vt, x)
                else:
                    n, i = varint(raw, i)
                    x, i = raw[i:i + n], i + n
                    x = decode_proto(vt, x) if t >> 3 == 2 and vt in MESSAGES else x.decode()
                if t >> 3 == 1:
                    key = x
                else:
                    value = x
            out.setdefault(name, {})[str(key)] = value
            continue
        if ftype in MESSAGES:
            value = decode_proto(ftype, raw)
        elif ftype == "string":
            value = raw.decode("utf-8", "replace")
        elif ftype == "double":
            value = struct.unpack("<d", raw)[0]
        elif wt == 2:                            # packed numbers
            i = 0
            while i < len(raw):
                x, i = varint(raw, i)
                out.setdefault(name, []).append(scalar(ftype, x))
            continue
        else:
            value = scalar(ftype, raw)
        if repeated:
            out.setdefault(name, []).append(value)
        else:
            out[name] = value
    return out


def with_status(kind, message):
    for name, ftype, repeated in MESSAGES[kind].values():
        if ftype in ENUMS and not repeated and name not in message:
            message[name] = ENUMS[ftype].get(0, 0)
    return message


PLAIN_HEADERS = {":method", ":scheme", ":path", "content-type", "te", ":status", "grpc-status", "grpc-message"}


class Http2Connection:
    """Both directions of a controller connection."""

    def __init__(self, all_frames, limit):
        import hpack
        self.all_frames, self.limit = all_frames, limit
        self.buffers = {"c2s": bytearray(), "s2c": bytearray()}
        self.preface = False
        self.decoders = {"c2s": hpack.Decoder(), "s2c": hpack.Decoder()}
        self.block = {"c2s": b"", "s2c": b""}
        self.streams = {}

    def feed(self, direction, data):
        from hyperframe.frame import Frame
        buf = self.buffers[direction]
        buf += data
        if direction == "c2s" and not self.preface:
            if len(buf) < 24:
                return
            if not bytes(buf[:24]) == b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n":
                raise SystemExit("controller connection does not begin with the HTTP/2 preface")
            del buf[:24]
            self.preface = True
            if self.all_frames:
                yield {"dir": "c2s", "proto": "http2", "frame": "PREFACE",
                       "hex": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".hex()}
        while len(buf) >= 9:
            n = int.from_bytes(buf[:3], "big")
            if len(buf) < 9 + n:
                return
            raw = bytes(buf[:9 + n])
            del buf[:9 + n]
            frame, _ = Frame.parse_frame_header(memoryview(raw[:9]))
            frame.parse_body(memoryview(raw[9:]))
            yield from self.frame(direction, frame, raw)

    def frame(self, direction, frame, raw):
        kind = type(frame).__name__.replace("Frame", "")
        headers = None
        if kind in ("Headers", "Continuation"):
            self.block[direction] += frame.data
            if "END_HEADERS" in frame.flags:
                headers = [(k.decode() if isinstance(k, bytes) else k, v.decode() if isinstance(v, bytes) else v)
                           for k, v in self.decoders[direction].decode(self.block[direction])]
                self.block[direction] = b""
        if self.all_frames:
            line = {"dir": direction, "proto": "http2", "frame": kind.upper(), "stream": frame.stream_id,
                    "flags": sorted(frame.flags)}
            if kind == "Settings":
                line["settings"] = {str(k): v for k, v in frame.settings.items()}
            if kind == "WindowUpdate":
                line["increment"] = frame.window_increment
            if kind == "Ping":
                line["opaque"] = frame.opaque_data.hex()
            if kind == "GoAway":
                line["lastStream"], line["error"] = frame.last_stream_id, frame.error_code
                line["debug"] = frame.additional_data.decode("utf-8", "replace")
            if kind == "RstStream":
                line["error"] = frame.error_code
            if headers is not None:
                line["headers"] = headers
            line["hex"] = raw.hex()
            yield line
        sid = frame.stream_id
        if not sid:
            return
        s = self.streams.setdefault(sid, {"rpc": None, "c2s": b"", "s2c": b"", "headers": {}, "reply": {}, "done": set()})
        if headers is not None:
            h = dict(headers)
            if direction == "c2s":
                s["rpc"] = h.get(":path", "").rsplit("/", 1)[-1]
                s["headers"] = {k: v for k, v in h.items() if k not in PLAIN_HEADERS and k != ":authority"}
            else:
                s["reply"].update(h)
        if kind == "Data":
            s[direction] += frame.data
        if kind == "RstStream":
            yield {"dir": direction, "proto": "grpc", "stream": sid, "rpc": s["rpc"], "headers": {}, "message": None,
                   "hex": "", "status": {"reset": int(frame.error_code)}}
        if "END_STREAM" in frame.flags and direction not in s["done"]:
            s["done"].add(direction)
            yield self.message(direction, sid, s)
            if len(s["done"]) == 2:
                del self.streams[sid]

    def message(self, direction, sid, s):
        data = s[direction]
        body, compressed = None, False
        if len(data) >= 5:
            compressed = data[0] != 0
            body = data[5:5 + int.from_bytes(data[1:5], "big")]
        line = {"dir": direction, "proto": "grpc", "stream": sid, "rpc": s["rpc"]}
        kinds = RPCS.get(s["rpc"])
        if direction == "c2s":
            line["headers"] = s["headers"]
        else:
            line["headers"] = {k: v for k, v in s["reply"].items() if k not in PLAIN_HEADERS}
        message = None
        if body is not None and kinds and not compressed:
            kind = kinds[0 if direction == "c2s" else 1]
            message = with_status(kind, decode_proto(kind, body))
        line["message"] = message
        line.update(hex_of(body or b"", self.limit))
        if direction == "s2c":
            code = s["reply"].get("grpc-status")
            status = {"code": int(code) if code is not None else None}
            if s["reply"].get("grpc-message"):
                status["text"] = s["reply"]["grpc-message"]
            if s["reply"].get(":status") != "200":
                status["http"] = s["reply"].get(":status")
            line["status"] = status
        return line


def hex_of(data, limit):
    if len(data) <= limit:
        return {"hex": data.hex()}
    return {"hex": {"head": data[:256].hex(), "length": len(data), "sha256": hashlib.sha256(data).hexdigest()}}


# ---------------------------------------------------------------------------------------------------------------------
# Putting it together
# ---------------------------------------------------------------------------------------------------------------------

class Connection:
    def __init__(self, name, kind, args):
        self.name, self.kind = name, kind
        self.tcp = {"c2s": Direction(), "s2c": Direction()}
        self.wire = {"c2s": WireStream(), "s2c": WireStream()}
        self.http2 = Http2Connection(args.http2_frames, args.limit) if kind == "grpc" else None
        self.closed = set()
        self.writers = {}
        self.wanted = set()


def wire_line(con, direction, code, raw, args):
    name, fields = decode_wire(code, raw[8:])
    line = {"dir": direction, "proto": "wire", "type": code, "command": name, "length": len(raw) - 8, "fields": fields}
    if name == "SETUP_APPEND":
        con.writers[fields["writerId"]] = fields["segment"]
    segment = fields.get("segment") or fields.get("segmentName") or con.writers.get(fields.get("writerId")) or \
        fields.get("target") or ""
    if args.only_segments:
        rid = fields.get("requestId")
        if segment:
            if not re.search(args.only_segments, segment):
                return None
            con.wanted.add(rid)
        elif rid is None or rid not in con.wanted:
            return None
    data = None
    if name == "APPEND_BLOCK":
        data = raw[24:]
    elif name == "APPEND_BLOCK_END":
        data = raw[32:32 + fields["data"]["length"]]
    elif name == "CONDITIONAL_APPEND":
        data = raw[40:40 + 8 + fields["event"]["length"]]
    elif name == "SEGMENT_READ":
        at = 10 + struct.unpack(">H", raw[8:10])[0] + 8 + 2
        data = raw[at + 4:at + 4 + fields["data"]["length"]]
    if data:
        parts = parts_summary(data)
        if parts:
            line["parts"] = parts
        if re.match(r"[^/]+/_RG[^/]*/", segment):
            records = group_records_in(data)
            if records and None not in records and [] not in records:
                line["records"] = records if len(records) <= 40 else records[:40] + ["..."]
    line.update(hex_of(raw, args.limit))
    return line


def convert(args):
    client_ports = set(map(int, open(args.client_ports).read().split())) if args.client_ports else None
    connections, counts, lines, start = {}, {"wire": 0, "grpc": 0}, [], None
    if args.start is not None:
        start = args.start
    for when, link, data in packets(args.capture):
        p = tcp_of(link, data)
        if not p:
            continue
        if start is None:
            start = when
        src, sport, dst, dport, seq, flags, payload = p
        if dport in (args.controller, args.store):
            direction, server, client, port = "c2s", dst, (src, sport), dport
        elif sport in (args.controller, args.store):
            direction, server, client, port = "s2c", src, (dst, dport), sport
        else:
            continue
        if args.server_ip and server != args.server_ip or args.not_server_ip and server == args.not_server_ip:
            continue
        if client_ports is not None and client[1] not in client_ports:
            continue
        key = (client, server, port)
        kind = "grpc" if port == args.controller else "wire"
        syn = bool(flags & 2)
        if syn and direction == "c2s" and key in connections and connections[key].closed:
            del connections[key]
        con = connections.get(key)
        if con is None:
            if not (syn and direction == "c2s") and (kind == "grpc" or not payload):
                continue                         # a controller connection is decodable only from its beginning
            counts[kind] += 1
            con = connections[key] = Connection(("c" if kind == "grpc" else "s") + str(counts[kind]), kind, args)
            lines.append((when, con.name, {"dir": "c2s", "proto": "tcp", "event": "open" if syn else "was open"}))
        fresh = con.tcp[direction].add(seq, syn, payload)
        if fresh:
            if kind == "wire":
                for code, raw in con.wire[direction].feed(fresh):
                    line = wire_line(con, direction, code, raw, args)
                    if line:
                        lines.append((when, con.name, line))
            else:
                for line in con.http2.feed(direction, fresh):
                    lines.append((when, con.name, line))
        if flags & 5 and (direction, flags & 5) not in con.closed:
            con.closed.add((direction, flags & 5))
            lines.append((when, con.name, {"dir": direction, "proto": "tcp", "event": "reset" if flags & 4 else "close"}))
    if args.notes:
        for text in open(args.notes):
            note = json.loads(text)
            lines.append((note.pop("at"), None, note))
    lines.sort(key=lambda x: x[0])
    with open(args.out, "w") as f:
        for when, name, line in lines:
            head = {"t": round(when - (start or when), 3)}
            if name:
                head["conn"] = name
            f.write(json.dumps({**head, **line}, ensure_ascii=False, separators=(",", ":")) + "\n")
        if args.tail:
            f.write(open(args.tail).read())
    return counts, len(lines)


def main():
    p = argparse.ArgumentParser(description="packet capture to transcript")
    p.add_argument("capture")
    p.add_argument("out")
    p.add_argument("--controller", type=int, default=9090)
    p.add_argument("--store", type=int, default=6000)
    p.add_argument("--server-ip")
    p.add_argument("--not-server-ip")
    p.add_argument("--client-ports")
    p.add_argument("--only-segments")
    p.add_argument("--http2-frames", action="store_true")
    p.add_argument("--notes")
    p.add_argument("--tail")
    p.add_argument("--start", type=float, help="time zero, seconds since the epoch (default: first packet)")
    p.add_argument("--limit", type=int, default=4096)
    counts, n = convert(p.parse_args())
    print("%d controller connections, %d store connections, %d lines" % (counts["grpc"], counts["wire"], n))


if __name__ == "__main__":
    main()
