#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server built with the h2 package that answers calls in ways that grpcio's server never does.

Prints its port, serves until its standard input ends. The path says how a call is answered: see
`answer`. One thread per connection.
"""
import os
import socket
import sys
import threading

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings

OK = [(":status", "200"), ("content-type", "application/grpc")]
MESSAGE = b"\0\0\0\0\2ok"


class Connection:
    def __init__(self, connection):
        self.socket = connection
        config = h2.config.H2Configuration(
            client_side=False, header_encoding="utf-8", validate_outbound_headers=False)
        self.h2 = h2.connection.H2Connection(config)
        self.h2.local_settings = h2.settings.Settings(
            client=False,
            initial_values={
                h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 100,
                h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 2,
                h2.settings.SettingCodes.HEADER_TABLE_SIZE: 60,
            })
        self.h2.initiate_connection()
        self.flush()
        self.paths, self.bodies, self.sent = {}, {}, 0

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def serve(self):
        try:
            while data := self.socket.recv(65536):
                for event in self.h2.receive_data(data):
                    self.handle(event)
                self.flush()
        except (OSError, EOFError):
            pass
        finally:
            self.socket.close()

    def handle(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.paths[event.stream_id] = dict(event.headers)[":path"]
            self.bodies[event.stream_id] = b""
        elif isinstance(event, h2.events.DataReceived):
            self.bodies[event.stream_id] += event.data
            if event.flow_controlled_length:
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self.answer(event.stream_id, self.paths[event.stream_id].rsplit("/", 1)[1])

    def answer(self, stream, how):
        send, data = self.h2.send_headers, self.h2.send_data
        if how == "echo":
            body = self.bodies[stream]
            send(stream, OK)
            for start in range(0, len(body), 16_000):
                data(stream, body[start:start + 16_000])
            send(stream, [("grpc-status", "0")], end_stream=True)
        elif how == "pieces":
            send(stream, [(":status", "103")])
            send(stream, OK)
            for byte in MESSAGE:
                data(stream, bytes([byte]), pad_length=3)
            send(stream, [("grpc-status", "0"), ("x-long", "v" * 5000)], end_stream=True)
        elif how == "trailers-only":
            send(stream, OK + [("grpc-status", "5"), ("grpc-message", "a%20b%zz")], end_stream=True)
        elif how == "unavailable":
            send(stream, [(":status", "503"), ("content-type", "text/html")])
            data(stream, b"<html>" * 1000, end_stream=True)
        elif how == "html":
            send(stream, [(":status", "200"), ("content-type", "text/html")])
            data(stream, b"<html>", end_stream=True)
        elif how == "no-status":
            send(stream, OK)
            data(stream, MESSAGE, end_stream=True)
        elif how == "no-message":
            send(stream, OK)
            send(stream, [("grpc-status", "0")], end_stream=True)
        elif how == "two-messages":
            send(stream, OK)
            data(stream, MESSAGE + MESSAGE)
            send(stream, [("grpc-status", "0")], end_stream=True)
        elif how == "strange-status":
            send(stream, OK + [("grpc-status", "77")], end_stream=True)
        elif how == "refuse":
            self.h2.reset_stream(stream, h2.errors.ErrorCodes.REFUSED_STREAM)
        elif how == "reset":
            send(stream, OK)
            self.h2.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
        elif how == "goaway":
            self.h2.close_connection(last_stream_id=max(0, stream - 2), additional_data=b"moving house")
        elif how == "cut":
            send(stream, OK)
            self.flush()
            raise EOFError
        # "hang": nothing


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)


def accept():
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=Connection(connection).serve, daemon=True).start()


threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()
os._exit(0)
