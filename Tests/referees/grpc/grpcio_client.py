#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls a server of this project with grpcio and checks what comes back.

    grpcio_client.py HOST:PORT

The server answers /test.Echo/echo with the request, /test.Echo/fail with NOT_FOUND, /test.Echo/crash
with an error that is no status, /test.Echo/slow not before it is cancelled, /test.Echo/metadata with
the request's `x-test` header. Prints one line per check; exits with 0 if all hold.
"""
import sys
import threading
import time

import grpc

target = sys.argv[1]
failures = []
options = [("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)]
channel = grpc.insecure_channel(target, options=options)


def method(name):
    return channel.unary_unary("/test.Echo/" + name)


def check(name, holds, detail=""):
    print(("ok     " if holds else "FAILED ") + name, detail if not holds else "", flush=True)
    if not holds:
        failures.append(name)


def status(name, request=b"", **arguments):
    try:
        method(name)(request, timeout=arguments.pop("timeout", 10), **arguments)
        return None
    except grpc.RpcError as error:
        return error.code().name, error.details()


def sizes():
    for size in (0, 1, 16_379, 16_384, 65_530, 65_536, 1_000_000, (4 << 20) - 1):
        request = bytes(i * 7 % 256 for i in range(min(size, 256))) * (size // 256 + 1)
        reply = method("echo")(request[:size], timeout=30)
        check(f"echo of {size} bytes", reply == request[:size])


def statuses():
    check("status", status("fail") == ("NOT_FOUND", "nicht da: ä%"), str(status("fail")))
    check("crash", status("crash") == ("UNKNOWN", ""), str(status("crash")))
    unknown = status("nothing")
    check("unknown method", unknown == ("UNIMPLEMENTED", "Method not found: test.Echo/nothing"), str(unknown))
    large = status("echo", b"x" * ((4 << 20) + 1))
    check("too large", large is not None and large[0] == "RESOURCE_EXHAUSTED", str(large))
    check("still there", method("echo")(b"a", timeout=10) == b"a")


def metadata():
    reply, call = method("metadata").with_call(b"", metadata=[("x-test", "value 1")], timeout=10)
    check("metadata", reply == b"value 1")
    check("code", call.code() == grpc.StatusCode.OK)


def deadline():
    start = time.monotonic()
    check("deadline", status("slow", timeout=0.3)[0] == "DEADLINE_EXCEEDED")
    check("deadline in time", time.monotonic() - start < 3)
    future = method("slow").future(b"", timeout=10)
    time.sleep(0.05)
    future.cancel()
    check("cancel", future.cancelled())
    check("alive after cancel", method("echo")(b"b", timeout=10) == b"b")


def many():
    wrong = []

    def caller(number):
        for round in range(40):
            request = bytes([number]) * (1 + round * 700)
            if method("echo")(request, timeout=30) != request:
                wrong.append((number, round))

    threads = [threading.Thread(target=caller, args=(i,)) for i in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    check("eight threads", not wrong, str(wrong))


for part in (sizes, statuses, metadata, deadline, many):
    part()
channel.close()
sys.exit(1 if failures else 0)
