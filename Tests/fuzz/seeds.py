#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes seeds for a fuzz target from the recorded data: seeds.py KIND FOLDER."""
import json
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
    """First byte: bit 0 the role (1: server), the rest the size of pieces."""
    for role, direction in ((1, "c2s"), (0, "s2c")):
        stream = b"".join(frame for to, frame in http2_frames() if to == direction)
        for piece in (0, 20, 254):
            yield bytes([piece & 0xFE | role]) + stream[:4096]


def protobuf():
    """First byte: which message; the target tries a few that are shaped alike."""
    seen = {}
    for line in lines("*.jsonl", "grpc"):
        kind = (line.get("rpc"), line["dir"])
        seen[kind] = seen.get(kind, 0) + 1
        if seen[kind] <= 3:
            for number in range(0, 12):
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
        for number in range(4):
            yield bytes([number]) + text.encode("utf-8", "surrogatepass")


KINDS = {
    "wire-payloads": wire_payloads,
    "wire-streams": wire_streams,
    "header-blocks": header_blocks,
    "http2-streams": http2_streams,
    "protobuf": protobuf,
    "stored-forms": stored_forms,
    "texts": texts,
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
