#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A grpcio server for the tests of this project's client.

Prints its port, serves until its standard input ends. Methods of /test.Echo: echo, fail (NOT_FOUND),
slow (10 s), metadata (the `x-test` header), trailers (sends `x-trailer`), compressed (gzip).
"""
import sys
import time
from concurrent import futures

import grpc


def echo(request, context):
    return request


def fail(request, context):
    context.abort(grpc.StatusCode.NOT_FOUND, "nicht da: ä%\n\U0001f4a7")


def slow(request, context):
    end = time.monotonic() + 10
    while context.is_active() and time.monotonic() < end:
        time.sleep(0.01)
    return b""


def metadata(request, context):
    return dict(context.invocation_metadata()).get("x-test", "").encode()


def trailers(request, context):
    context.send_initial_metadata([("x-header", "h")])
    context.set_trailing_metadata([("x-trailer", "t"), ("authorization", "Basic YTpi")])
    return request


def compressed(request, context):
    context.set_compression(grpc.Compression.Gzip)
    return request


methods = {
    function.__name__: grpc.unary_unary_rpc_method_handler(function)
    for function in (echo, fail, slow, metadata, trailers, compressed)
}
server = grpc.server(
    futures.ThreadPoolExecutor(16), options=[("grpc.max_receive_message_length", -1)]
)
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Echo", methods),))
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
sys.stdin.read()
server.stop(0).wait()
