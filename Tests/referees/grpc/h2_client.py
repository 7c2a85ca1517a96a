#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Talks to a server of this project with the h2 package, frame by frame.

    h2_client.py HOST:PORT

h2 checks every rule of HTTP/2 on what it receives. Prints one line per check.
"""
import socket
import struct
import sys

import h2.config
import h2.connection
import h2.events
import h2.settings

host, port = sys.argv[1].rsplit(":", 1)
failures = []


def headers(path, method="POST", kind="application/grpc"):
    return [
        (":method", method), (":scheme", "http"), (":path", path), (":authority", "x"),
        ("te", "trailers"), ("content-type", kind),
    ]


def check(name, holds, detail=""):
    print(("ok     " if holds else "FAILED ") + name, detail if not holds else "", flush=True)
    if not holds:
        failures.append(name)


class Client:
    def __init__(self, settings=None):
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        config = h2.config.H2Configuration(client_side=True, header_encoding="utf-8")
        self.h2 = h2.connection.H2Connection(config)
        if settings:
            self.h2.local_settings = h2.settings.Settings(client=True, initial_values=settings)
        self.h2.initiate_connection()
        self.events = []
        self.flush()
        self.until(h2.events.SettingsAcknowledged)

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def read(self):
        data = self.socket.recv(65536)
        if not data:
            return False
        self.events += self.h2.receive_data(data)
        self.flush()
        return True

    def until(self, kind, stream=None):
        """The first event of that kind; earlier ones stay in `events`."""
        while True:
            for event in self.events:
                if isinstance(event, kind) and (stream is None or event.stream_id == stream):
                    return event
            if not self.read():
                return None

    def request(self, path="/test.Echo/echo", body=b"hello", extra=(), **arguments):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, headers(path) + list(extra), **arguments)
        self.h2.send_data(stream, b"\0" + struct.pack(">I", len(body)) + body, end_stream=True)
        self.flush()
        return stream

    def reply(self, stream):
        """Body and trailers (or the only header list)."""
        self.until(h2.events.StreamEnded, stream)
        mine = [event for event in self.events if getattr(event, "stream_id", None) == stream]
        body = b"".join(e.data for e in mine if isinstance(e, h2.events.DataReceived))
        fields = {}
        for event in mine:
            if isinstance(event, (h2.events.ResponseReceived, h2.events.TrailersReceived)):
                fields.update(event.headers)
        return body, fields


def plain():
    client = Client()
    for number in range(5):
        body, fields = client.reply(client.request(body=b"x" * number))
        check(f"call {number}", body[5:] == b"x" * number and fields["grpc-status"] == "0", str(fields))
    client.h2.ping(b"12345678")
    client.flush()
    acked = client.until(h2.events.PingAckReceived)
    check("ping", acked is not None and acked.ping_data == b"12345678")
    body, fields = client.reply(client.request(path="/test.Echo/nothing"))
    check("unknown method", fields["grpc-status"] == "12" and not body, str(fields))


def small_windows():
    client = Client({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 10})
    stream = client.request(body=b"y" * 5000)
    received = 0
    while received < 5005:
        if not client.read():
            break
        for event in client.events:
            if isinstance(event, h2.events.DataReceived):
                received += len(event.data)
                client.h2.acknowledge_received_data(event.flow_controlled_length, stream)
        client.events = [e for e in client.events if not isinstance(e, h2.events.DataReceived)]
        client.flush()
    check("windows of 10 bytes", received == 5005, str(received))
    client.until(h2.events.StreamEnded, stream)


def odd_frames():
    client = Client({h2.settings.SettingCodes.HEADER_TABLE_SIZE: 0})
    long = [("x-long", "v" * 7000)]
    stream = client.request(extra=long, priority_weight=5, priority_depends_on=0)
    check("priority, long header", client.reply(stream)[1]["grpc-status"] == "0")
    stream = client.h2.get_next_available_stream_id()
    client.h2.send_headers(stream, headers("/test.Echo/echo"))
    message = b"\0" + struct.pack(">I", 3) + b"abc"
    for byte in message:
        client.h2.send_data(stream, bytes([byte]), pad_length=byte % 40)
    client.h2.send_data(stream, b"", end_stream=True)
    client.flush()
    check("padded byte by byte", client.reply(stream)[0] == message)
    stream = client.request(extra=[("x", "y")])
    client.h2.reset_stream(stream)
    client.flush()
    check("after reset", client.reply(client.request())[0][5:] == b"hello")


def refusals():
    client = Client()
    cases = [
        ("get", headers("/a/b", method="GET"), "405"),
        ("content type", headers("/a/b", kind="text/plain"), "415"),
    ]
    for name, fields, wanted in cases:
        stream = client.h2.get_next_available_stream_id()
        client.h2.send_headers(stream, fields, end_stream=True)
        client.flush()
        fields = client.reply(stream)[1]
        check(name, fields[":status"] == wanted and fields["grpc-status"] == "13", str(fields))
    for name, body, wanted in [
        ("no message", b"", "13"), ("cut message", b"\0\0\0\0\5abc", "13"),
        ("compressed", b"\1\0\0\0\1a", "12"), ("two messages", b"\0\0\0\0\0\0\0\0\0\0", "13"),
    ]:
        stream = client.h2.get_next_available_stream_id()
        client.h2.send_headers(stream, headers("/test.Echo/echo"))
        client.h2.send_data(stream, body, end_stream=True)
        client.flush()
        fields = client.reply(stream)[1]
        check(name, fields["grpc-status"] == wanted, str(fields))


def floods():
    client = Client()
    gone = None
    try:
        for _ in range(5000):
            client.socket.sendall(b"\0\0\x08\x06\0\0\0\0\0" + b"pingping")
        gone = client.until(h2.events.ConnectionTerminated)
        code = gone.error_code if gone else None
    except OSError:
        code = 11
    check("ping flood", code == 11, str(code))


for part in (plain, small_windows, odd_frames, refusals, floods):
    part()
sys.exit(1 if failures else 0)
