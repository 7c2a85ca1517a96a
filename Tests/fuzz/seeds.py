#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes seeds for a fuzz target from the recorded data: seeds.py KIND FOLDER."""
import json
import re
import struct
import sys
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "Fixtures"
SMALL = 4096


def lines(pattern, proto):
    for path in sorted(FIXTURES.glob(f"transcripts/{pattern}")):
        with open(path, encoding="utf-8") as file:
            for line in map(json.loads, file):
                if line.get("proto") == proto and isinstance(line.get("hex"), str):
                    yield line


def frames():
    """At most four wire frames of every command and direction."""
    seen = {}
    for line in lines("*.jsonl", "wire"):
        kind = (line["type"], line["dir"])
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= 4:
            yield bytes.fromhex(line["hex"])


def wire_payloads():
    for frame in frames():
        yield frame[:4] + frame[8:]


def wire_streams():
    batch = list(frames())
    for start in range(0, len(batch), 5):
        for piece in (0, 30, 255):
            yield bytes([piece]) + b"".join(batch[start : start + 5])


def http2_frames():
    for line in lines("http2-connection-setup.jsonl", "http2"):
        yield line["dir"], bytes.fromhex(line["hex"])


def header_blocks():
    for _, frame in http2_frames():
        if frame[3:4] == b"\x01":
            block = frame[9:]
            if frame[4] & 0x20:  # five bytes of priority
                block = block[5:]
            yield block


def http2_streams():
    """First byte: bit 0 the role (1: server), the rest the size of pieces; second: what this side
    does."""
    for role, direction in ((1, "c2s"), (0, "s2c")):
        stream = b"".join(frame for to, frame in http2_frames() if to == direction)
        for piece in (0, 20, 254):
            for length in (256, 1000, 2000):
                yield bytes([piece & 0xFE | role, length % 8]) + stream[:length]
    yield b"\xff\x01" + abuse()


def http2_frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def abuse():
    """One of each frame that servers are attacked with."""
    head = bytes.fromhex("828684") + b"\x04\x02/a"
    frames = [
        http2_frame(4, 0, 0), http2_frame(1, 4, 1, head), http2_frame(3, 0, 1, b"\0\0\0\x08"),
        http2_frame(1, 0, 3, head), http2_frame(9, 4, 3), http2_frame(0, 8, 3, b"\0"),
        http2_frame(0, 9, 3, b"\2abcd\0\0"), http2_frame(6, 0, 0, bytes(8)),
        http2_frame(8, 0, 0, b"\0\0\0\1"), http2_frame(2, 0, 5, bytes(5)),
        http2_frame(4, 0, 0, struct.pack(">HIHI", 1, 0, 4, 1)), http2_frame(7, 0, 0, bytes(8)),
    ]
    return b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"".join(frames)


def protobuf():
    """First byte: which message; the target tries a few that are shaped alike."""
    seen = {}
    for line in lines("*.jsonl", "grpc"):
        kind = (line.get("rpc"), line["dir"])
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= 3:
            for number in range(0, 20):
                yield bytes([number]) + bytes.fromhex(line["hex"])


def vector_values(wanted):
    def walk(value, key=""):
        if isinstance(value, dict):
            for name, inner in value.items():
                yield from walk(inner, name)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner, key)
        elif isinstance(value, str) and wanted(key, value):
            yield value

    for path in sorted(FIXTURES.glob("vectors/*.json")):
        yield from walk(json.loads(path.read_text(encoding="utf-8")))


def stored_forms():
    """First byte: which form."""
    for text in vector_values(lambda key, value: key.lower().endswith("hex")):
        try:
            data = bytes.fromhex(text)
        except ValueError:
            continue
        if len(data) <= 1024:
            for number in range(8):
                yield bytes([number]) + data


def texts():
    """First byte: which parser."""
    words = ("text", "name", "scoped", "base64", "uri", "string")
    for text in vector_values(lambda key, value: any(word in key.lower() for word in words)):
        for number in range(8):
            yield bytes([number]) + text.encode("utf-8", "surrogatepass")
    for text in ("tcp://localhost:9090", "tls://a:1,b:2", "[::1]:9090", "pravegas://[fe80::1%e]/"):
        yield b"\7" + text.encode()
    yield b"\6" + b"0:s/t:0,1,2:0,0,1:5,-1,700"


def store_streams():
    """What clients sent, whole conversations and single segments made to exist."""
    for path in sorted(FIXTURES.glob("transcripts/*.jsonl")):
        stream = b""
        for line in lines(path.name, "wire"):
            if line["dir"] == "c2s" and len(stream) < 2 * SMALL:
                stream += bytes.fromhex(line["hex"])
        for piece in (0, 30, 255):
            yield bytes([piece]) + stream
    yield bytes([255]) + append_conversation()


def frame(code, payload):
    return struct.pack(">ii", code, len(payload)) + payload


def append_conversation():
    """A set-up, an append, and one split over a block and its end, on segment s/s/0."""
    writer, event = bytes(16), struct.pack(">ii", 0, 3) + b"abc"
    name = struct.pack(">H", 5) + b"s/s/0"
    setup = frame(1, struct.pack(">q", 1) + writer + name + b"\0\0")
    end = lambda number, data: frame(
        4, writer + struct.pack(">ii", 0, len(data)) + data + struct.pack(">iqq", 1, number, 7)
    )
    block = frame(3, writer + frame(2, event[:6]))
    read = frame(9, name + struct.pack(">qi", 0, 100) + b"\0\0" + struct.pack(">q", 8))
    return setup + end(1, event) + block + end(2, event[6:]) + read


def probe_replies():
    """At most three frames that a store answered with, of every kind, from the probes."""
    seen = {}
    for path in sorted(FIXTURES.glob("probes/wire/*.json")):
        for step in json.loads(path.read_text(encoding="utf-8"))["steps"]:
            for answer in step.get("expect") or []:
                if not isinstance(answer, dict) or not isinstance(answer.get("hex"), str):
                    continue
                frame = bytes.fromhex(answer["hex"])
                code = frame[:4]
                seen[code] = seen.get(code, 0) + 1
                if seen[code] <= 3 and len(frame) <= 1024:
                    yield frame


def recorded_replies():
    """At most four frames of every kind that stores sent, recorded or as Java encodes them."""
    seen = {}
    for line in lines("*.jsonl", "wire"):
        if line["dir"] == "s2c" and len(line["hex"]) <= 2048:
            seen[line["type"]] = seen.get(line["type"], 0) + 1
            if seen[line["type"]] <= 4:
                yield bytes.fromhex(line["hex"])
    vectors = json.loads((FIXTURES / "vectors/wire_and_framing.json").read_text(encoding="utf-8"))
    for command in vectors["commands"]:
        frame = bytes.fromhex(command["hex"])
        if len(frame) <= 1024:
            yield frame
    yield from probe_replies()


def addressed(frame, flow):
    """The frame with the request id of a flow, and with the target's writer id."""
    code, payload = struct.unpack(">i", frame[:4])[0], bytearray(frame[8:])
    at = {7: 32, 8: 24, 55: 16}.get(code, 0)
    if code == 10 and len(payload) > 8:
        at = len(payload) - 8
    payload[at : at + 8] = struct.pack(">q", flow << 32 | (1 if flow == 4 else 0))
    if code == 2 and len(payload) > 16:
        name = struct.unpack(">H", payload[8:10])[0]
        payload[10 + name : 26 + name] = bytes(16)
    return frame[:8] + bytes(payload)


HELLO = bytes.fromhex("ffffff81000000080000001100000005")


def store_replies():
    """First byte: which part of the client listens; then as that part wants it."""
    replies = list(recorded_replies())
    for reply in replies:
        yield b"\1" + reply[:4] + reply[8:]
        for flow in (1, 2, 3, 4):
            yield bytes([0, 0xF9]) + HELLO + set_up(-(1 << 63)) + addressed(reply, flow)
    for start in range(0, len(replies), 6):
        some = b"".join(addressed(r, 1 + n % 4) for n, r in enumerate(replies[start : start + 6]))
        for choice in (1, 2, 0x3D, 0xFB):
            yield bytes([0, choice]) + HELLO + some
    for choice in (0x01, 0x02, 0x06, 0x13, 0xF9):
        for numbers in ((-(1 << 63), 4, 9), (-(1 << 63), 3, -1), (0, 1, 2), (4, 5, 6), (-1, 1 << 62, 0)):
            talk = HELLO + set_up(numbers[0]) + stored(numbers[1]) + set_up(numbers[2])
            yield bytes([0, choice]) + talk + HELLO + set_up(numbers[1]) + stored(numbers[2]) * 2
        yield bytes([0, choice]) + HELLO + b"".join(read_reply(at, 0) for at in (0, 11, 22))
        yield bytes([0, choice]) + HELLO + read_reply(0, 1) + set_up(-(1 << 63)) + stored((1 << 63) - 1)
    framed = [bytes.fromhex(e["framedHex"]) for e in json.loads(
        (FIXTURES / "vectors/wire_and_framing.json").read_text(encoding="utf-8"))["eventFraming"]]
    for piece in (0, 6, 255):
        for text in [b"".join(framed), b"".join(framed[:3]), *framed]:
            yield bytes([2, piece]) + text
        for payload in (-1, 1 << 23, 9 << 20, (1 << 31) - 1):
            yield bytes([2, piece]) + framed[1] + struct.pack(">ii", 0, payload) + b"abc"
    for reply in recorded_reads():
        for piece in (0, 100, 255):
            yield bytes([2, piece]) + reply
            yield bytes([3]) + struct.pack(">qqB", 0, len(reply), piece) + reply[:-1] + b"\0"
    for start, end in ((0, 22), (-1, 22), (0, -1), (5, (1 << 63) - 1), (0, (1 << 63) - 1)):
        yield bytes([3]) + struct.pack(">qqB", start, end, 9) + (framed[1] + framed[2]) * 2 + b"\0"


def set_up(number):
    name = struct.pack(">H", 5) + b"s/s/0"
    return frame(2, struct.pack(">q", 1 << 32) + name + bytes(16) + struct.pack(">q", number))


def stored(number):
    return frame(7, bytes(16) + struct.pack(">qqqq", number, 0, 1 << 32, 100))


def read_reply(offset, flags):
    name, event = struct.pack(">H", 5) + b"s/s/0", struct.pack(">ii", 0, 3) + b"abc"
    head = name + struct.pack(">qBBi", offset, flags, flags, len(event))
    return frame(10, head + event + struct.pack(">q", 2 << 32))


def recorded_reads():
    """What lay in segments."""
    seen = 0
    for line in lines("*.jsonl", "wire"):
        reply = bytes.fromhex(line["hex"]) if line["dir"] == "s2c" else b""
        if reply[:4] == b"\0\0\0\x0a" and seen < 30:
            first = 8 + 2 + struct.unpack(">H", reply[8:10])[0] + 10
            length = struct.unpack(">i", reply[first : first + 4])[0]
            if 8 <= length <= 900:
                seen += 1
                yield reply[first + 4 : first + 4 + length]


def grpc_bodies():
    """First byte: which form; second: the size of pieces."""
    headers = b"\x00200\n\x01application/grpc\n\n"
    for number in range(6):
        for body in (b"", b"\0\0\0\0\2ab", b"\1\0\0\0\0", b"\0\xff\xff\xff\xffx", b"99999999H", b"%41%"):
            yield bytes([number, 3]) + body
            yield bytes([number, 2]) + headers + b"\x020\n\x03ok%20\n\n" + body
            yield bytes([number, 2]) + b"\x04POST\n\x05/a/b\n\x01application/grpc\n\x061S\n\n" + body


    for piece in (3, 20, 250):
        for role, direction in ((4, "c2s"), (5, "s2c")):
            stream = b"".join(frame for to, frame in http2_frames() if to == direction)
            for length in (300, 1000, 2000):
                yield bytes([role, piece]) + stream[:length]
        yield bytes([4, piece]) + abuse()
        yield bytes([4, piece]) + unary_call()
        yield bytes([5, piece]) + unary_answer()


def literal(name, value):
    return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def unary_call():
    """A call that the target's handler answers, and one that it cancels."""
    head = b"\x83\x86" + literal(":path", "/s/m") + literal("content-type", "application/grpc")
    calls = b""
    for stream in (1, 3):
        calls += http2_frame(1, 4, stream, head + literal("grpc-timeout", "1S"))
        calls += http2_frame(0, stream // 3 ^ 1, stream, b"\0\0\0\0\3abc")
    return (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + http2_frame(4, 0, 0) + calls
        + http2_frame(3, 0, 3, b"\0\0\0\x08")
    )


def unary_answer():
    """Answers to the target's three calls: a reply, a failure, a reset; then the end."""
    head = b"\x88" + literal("content-type", "application/grpc")
    return (
        http2_frame(4, 0, 0) + http2_frame(1, 4, 1, head) + http2_frame(0, 0, 1, b"\0\0\0\0\1x")
        + http2_frame(1, 5, 1, literal("grpc-status", "0"))
        + http2_frame(1, 5, 3, head + literal("grpc-status", "5") + literal("grpc-message", "a%20b"))
        + http2_frame(3, 0, 5, b"\0\0\0\7") + http2_frame(6, 1, 0, struct.pack(">Q", 1))
        + http2_frame(7, 0, 0, struct.pack(">II", 5, 0) + b"bye")
    )


def controller_calls():
    """What clients asked, call by call and several together; names as the target has them."""
    source = FIXTURES.parent.parent / "Sources/PravegaStandalone/Controller/ControllerService.swift"
    names = sorted(re.findall(r"on\(Proto\.ControllerService\.(\w+),", source.read_text()))
    seen, batch = {}, []
    for line in lines("*.jsonl", "grpc"):
        if line["dir"] != "c2s" or line.get("rpc") not in names:
            continue
        body = bytes.fromhex(line["hex"])
        seen[line["rpc"]] = seen.get(line["rpc"], 0) + 1
        if seen[line["rpc"]] > 4 or len(body) > 400:
            continue
        call = bytes([names.index(line["rpc"])]) + struct.pack(">H", len(body)) + body
        yield call
        batch.append(call)
    for start in range(0, len(batch), 4):
        yield b"".join(batch[start : start + 8])
    stream = b"\x0a\x01s\x12\x01t"
    for name in names:
        for body in (stream, b"\x0a" + bytes([len(stream)]) + stream):
            yield bytes([names.index(name)]) + struct.pack(">H", len(body)) + body


def configuration():
    """First byte: which form."""
    texts = {
        0: ("AppendBlockEnd@3:cut=10, getURI@1+:delay=200,dup", "*:moved=h:1", "ReadSegment@2:status=14"),
        1: ("[::1]:9090", "host", "a:1", "::1"),
        2: ("a.eyJleHAiOjE3MDB9.b", "x.y", ""),
        3: ('{"exp":1700}', '{"sub":"a","exp": 99999999999999999999}'),
        4: ("Basic", "Bearer x"),
        5: ("s/t", "_system", "a.b-c"),
        6: ("\0\0\0\0\0\1\1\1",),
        7: ("\1\x14\x0a\2", "\xff\x3b\xff\xff"),
    }
    for number, values in texts.items():
        for value in values:
            yield bytes([number]) + value.encode("latin-1")


def command_lines():
    words = ("create", "a/b", "--segments", "3", "--output=json", "-vojson", "--", "many", "x")
    for number in range(3):
        for start in range(len(words)):
            yield bytes([number]) + "\0".join(words[start:]).encode()
    for text in ("12KiB", "4_000 MB", "1.5h", "30", "500ms", "1e300", "-0.05", "nan"):
        yield b"\2" + text.encode()
    yield bytes([3, 28, 3, 97, 34, 92, 19, 1, 255, 2, 64, 9, 33, 251, 84, 68, 45, 24, 6, 2, 0, 10])
    yield b"\0create\0a/b\0--size\0" + b"4GiB\0--time=5m\0--rate\0" + b"0.5"


KINDS = {
    "wire-payloads": wire_payloads,
    "wire-streams": wire_streams,
    "header-blocks": header_blocks,
    "http2-streams": http2_streams,
    "protobuf": protobuf,
    "stored-forms": stored_forms,
    "texts": texts,
    "store-streams": store_streams,
    "store-replies": store_replies,
    "grpc-bodies": grpc_bodies,
    "command-lines": command_lines,
    "controller-calls": controller_calls,
    "configuration": configuration,
    "none": lambda: [b"\0"],
}


def main():
    kind, folder = sys.argv[1], Path(sys.argv[2])
    for old in folder.iterdir():
        old.unlink()
    seeds = {seed[: 4 * SMALL] for seed in KINDS[kind]()}
    for number, seed in enumerate(sorted(seeds)):
        (folder / f"{kind}-{number:05}").write_bytes(seed)


if __name__ == "__main__":
    main()
