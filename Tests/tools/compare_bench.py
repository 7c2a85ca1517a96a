#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Alternates benchmarks of this client, the Rust client and a bare sender; prints medians.

Called by Tests/bench.sh, which builds what this needs.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rust_peer.py")


def run(command):
    """The JSON object on the command's last line; None when it failed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        return json.loads(done.stdout.strip().splitlines()[-1])
    except (subprocess.TimeoutExpired, IndexError, ValueError):
        return None


class Server:
    """A fresh embedded server for each measurement, so that none inherits another's memory."""

    def __init__(self, pravega):
        started = time.monotonic()
        self.process = subprocess.Popen(
            [pravega, "standalone", "--controller-port", "0", "--store-port", "0"],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline().split()
        self.ready_ms = (time.monotonic() - started) * 1000
        self.controller = line[1].split("=", 1)[1]
        self.store = line[2].split("=", 1)[1]

    def resident_bytes(self):
        with open("/proc/%d/statm" % self.process.pid) as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def scenarios(options):
    scale = 10 if options.quick else 1

    def swift(server, kind, *arguments):
        return [options.pravega, "bench", kind, "bench/s", "--controller", server.controller,
                "--output", "json", *map(str, arguments)]

    def raw(server, *arguments):
        return [options.pravega, "bench", "raw", "--store", server.store, "--output", "json",
                *map(str, arguments)]

    def rust(server, kind, *arguments):
        return [options.python, PEER, kind, "--controller", server.controller,
                "--stream", "bench/r%d" % time.monotonic_ns(), *map(str, arguments)]

    def write(size, events, segments=4, writers=1):
        shape = ("--size", size, "--segments", segments)
        rust_events = max(1000, events // 10)
        return [
            ("swift", lambda s: [swift(s, "write", *shape, "--events", events // scale,
                                       "--writers", writers)]),
            ("rust", lambda s: [rust(s, "bench-write", *shape, "--count", rust_events // scale,
                                     "--in-flight", 20000)]),
            ("raw", lambda s: [raw(s, *shape, "--events", events // scale)]),
        ]

    def read(server):
        stream = "bench/r%d" % time.monotonic_ns()
        count = 1_000_000 // scale
        return [
            [options.python, PEER, "bench-write", "--controller", server.controller, "--stream",
             stream, "--size", "100", "--segments", "4", "--count", str(count), "--in-flight",
             "20000"],
            [options.python, PEER, "bench-read", "--controller", server.controller, "--stream",
             stream, "--group", "g", "--count", str(count)]]

    seconds = 6 if options.quick else options.seconds
    return {
        "write 100 B, 4 segments": write(100, 4_000_000),
        "write 1 kB, 4 segments": write(1000, 600_000),
        "write 100 kB, 4 segments": write(100_000, 10_000),
        "write 100 B, 1,000 segments, 10 writers": write(100, 3_000_000, 1000, 10)[:1],
        "read 100 B, 4 segments": [
            ("swift", lambda s: [swift(s, "read", "--size", 100, "--segments", 4, "--events",
                                       2_000_000 // scale)]),
            ("rust", read),
        ],
        "latency, 1,000 events/s": [
            ("swift", lambda s: [swift(s, "latency", "--rate", 1000, "--seconds", seconds)]),
            ("rust", lambda s: [rust(s, "bench-latency", "--rate", 1000, "--seconds", seconds,
                                     "--size", 100)]),
        ],
    }


def measure(options, commands):
    with Server(options.pravega) as server:
        result = None
        for command in commands(server):
            result = run(command)
        return result


STARTS = [
    ("server: start of the process to ready, ms", "{:.0f}"),
    ("server: resident memory when empty, MiB", "{:.0f}"),
    ("client: start of the process to the end of `pravega write` with one acknowledged event, ms",
     "{:.0f}"),
    ("server: resident bytes per stored 100-byte event", "{:.0f}"),
]


def write_lines(options, server, stream, count):
    """Milliseconds from the start of `pravega write` to its end, all events acknowledged."""
    lines = ("x" * 100 + "\n") * count
    started = time.monotonic()
    subprocess.run([options.pravega, "write", stream, "--create", "--segments", "4",
                    "--controller", server.controller], input=lines, text=True, check=True,
                   capture_output=True, timeout=300)
    return (time.monotonic() - started) * 1000


def starts(options):
    """What starting costs, and what an event costs in the server's memory."""
    with Server(options.pravega) as server:
        empty = server.resident_bytes()
        first_ms = write_lines(options, server, "bench/first", 1)
        before = server.resident_bytes()
        count = 1_000_000
        write_lines(options, server, "bench/many", count)
        stored = (server.resident_bytes() - before) / count
        return [server.ready_ms, empty / 2**20, first_ms, stored]


def print_starts(options):
    rounds = [starts(options) for _ in range(options.rounds)][min(1, options.rounds - 1):]
    print("\n| start and memory | |\n|---|---|")
    for (name, form), values in zip(STARTS, zip(*rounds)):
        print("| " + name + " | " + form.format(statistics.median(values)) + " |", flush=True)


def cpu(result):
    """CPU per event; what Python's own loop costs is taken off the Rust client's."""
    overhead = result.get("python_overhead_cpu_s", 0) / max(1, result["events"]) * 1e6
    return result["cpu_us_per_event"] - overhead


COLUMNS = [
    ("events/s", lambda r: r.get("events_per_s"), "{:,.0f}"),
    ("MB/s", lambda r: r.get("mb_per_s"), "{:,.0f}"),
    ("CPU us/event", cpu, "{:.3g}"),
    ("server CPU us/event", lambda r: r.get("server_cpu_us_per_event"), "{:.3g}"),
    ("p50 ms", lambda r: r.get("p50_ms"), "{:.2f}"),
    ("p99 ms", lambda r: r.get("p99_ms"), "{:.2f}"),
    ("peak MiB", lambda r: r.get("peak_rss_mib"), "{:.0f}"),
]


def row(name, peer, results):
    cells = []
    for _, value, form in COLUMNS:
        values = [v for v in map(value, results) if v is not None]
        cells.append(form.format(statistics.median(values)) if values else "")
    return "| " + " | ".join([name, peer, *cells]) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pravega", required=True)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--quick", action="store_true", help="a tenth of the events, short latency")
    parser.add_argument("--only", default="", help="scenarios whose name contains this")
    options = parser.parse_args()
    print("| work | client | " + " | ".join(name for name, _, _ in COLUMNS) + " |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    failed = 0
    for name, peers in scenarios(options).items():
        if options.only not in name:
            continue
        results = {peer: [] for peer, _ in peers}
        for number in range(options.rounds):
            for peer, commands in peers:
                result = measure(options, commands)
                if result is None:
                    failed += 1
                elif number > 0 or options.rounds == 1:
                    results[peer].append(result)
        for peer, _ in peers:
            if results[peer]:
                print(row(name, peer, results[peer]), flush=True)
    if options.only in "start and memory":
        print_starts(options)
    if failed:
        print("%d measurements failed" % failed, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
