#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Encodes and decodes header blocks with the hpack package, one request per line of standard input.

    encode HEX:HEX HEX:HEX ...   name and value of each field   ->  the block in hex
    size N                       the encoder's table size       ->  ok
    decode HEX                                                  ->  HEX:HEX ... as above
"""
import sys

from hpack import Decoder, Encoder

encoder, decoder = Encoder(), Decoder(max_header_list_size=1 << 24)
for line in sys.stdin:
    words = line.split()
    if words[0] == "encode":
        pairs = [tuple(bytes.fromhex(part) for part in word.split(":")) for word in words[1:]]
        print(encoder.encode(pairs).hex(), flush=True)
    elif words[0] == "size":
        encoder.header_table_size = int(words[1])
        print("ok", flush=True)
    else:
        fields = decoder.decode(bytes.fromhex(words[1] if len(words) > 1 else ""), raw=True)
        print(" ".join(f"{name.hex()}:{value.hex()}" for name, value in fields), flush=True)
