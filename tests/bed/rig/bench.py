"""Measures the console on a large cluster, beside the bare request that it has to beat.

A real apiserver gets the nodes and pods; then, in one run: how long a plain JSON LIST of all pods takes, how long the console takes
until all of them are on its screen, how soon it paints, answers keys, what it costs while nothing happens and while pods change.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from . import load, tools
from .api import Api
from .kubernetes import Cluster
from .screen import Program
from .server import Failed

REPOSITORY = tools.BED.parent.parent
ROUNDS, PRESSES, WATCHED_S = 3, 60, 10
CHANGES_PER_S = 50
FLEET = ("demo", "--clusters", "100", "--pods", "1000")
ESTATE = """
[estate]
name = "bench"

[[cluster]]
name = "large"
context = "admin"
kubeconfig = "{kubeconfig}"
"""


def bare_list(api):
    """Seconds until the last byte of a plain JSON LIST of all pods, on a new connection; and its MB."""
    fresh = Api(api.address.geturl(), api.ca, api.client)
    began = time.monotonic()
    connection = fresh.connection()
    connection.request("GET", "/api/v1/pods", headers={"Accept": "application/json"})
    answer, size, buffer = connection.getresponse(), 0, bytearray(1 << 20)
    while got := answer.readinto(buffer):
        size += got
    took = time.monotonic() - began
    connection.close()
    return took, size / 1e6


class Console:
    """Starts the console on the bench's estate, each time with a home of its own unless one is given."""

    def __init__(self, binary, folder, kubeconfig, size):
        self.binary, self.folder = binary, folder
        self.columns, self.rows = map(int, size.split("x"))
        self.estate = folder / "estate.toml"
        self.estate.write_text(ESTATE.format(kubeconfig=kubeconfig))

    def start(self, home=None, words=()):
        """Runs it with these words on the command line; without any, on the bench's estate."""
        home = home or Path(tempfile.mkdtemp(dir=self.folder))
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "QUARTERDECK_HOME": str(home), "LANG": "C.UTF-8",
                       "TERM": "xterm-256color", "COLORTERM": "truecolor", "AWS_EC2_METADATA_DISABLED": "true"}
        return Program([self.binary, *(words or ("--estate", self.estate))], environment, self.columns, self.rows)


def full_picture(console, words):
    """Best seconds of some cold starts until all pods are on the screen, with the first paint of that one."""
    best = None
    for _ in range(ROUNDS):
        program = console.start()
        try:
            took = program.until(words)
            paint = program.first_paint - program.started
        finally:
            program.end()
        best = min(best or (took, paint), (took, paint))
    return best


def last_seen(console, words):
    """Best milliseconds until a second start shows what the first one saw."""
    home = Path(tempfile.mkdtemp(dir=console.folder))
    times = []
    for number in range(ROUNDS + 1):
        program = console.start(home)
        try:
            took = program.until(words)
            if number:
                times.append((took, program.first_paint - program.started))
            program.drain(2)  # Time to save what it saw.
        finally:
            program.end()
    return min(took for took, _ in times), min(paint for _, paint in times)


def keys(program, key):
    """How long each press took to be answered, in ms, and with how many bytes; presses without an answer are left out."""
    answers = []
    for _ in range(PRESSES):
        program.burst(0.02, 0.02)
        sent = time.monotonic()
        program.write(key.encode())
        size, last = program.burst(0.25, 0.03)
        if last:
            answers.append(((last - sent) * 1000, size))
    return answers


def watched(program, seconds=WATCHED_S):
    """Bytes a second and percent of a core over a while."""
    before, began = program.cpu(), time.monotonic()
    size = program.drain(seconds)
    passed = time.monotonic() - began
    return size / passed, 100 * (program.cpu() - before) / passed


def with_changes(api, pods, seconds, measure):
    """Runs `measure` while pods change at a steady rate; returns what it returns, and the changes a second that really happened."""
    stop, made = threading.Event(), [0]

    def go_on():
        began = time.monotonic()
        while not stop.is_set():
            load.change(api, made[0] * 7919 % pods, 3 + made[0])
            made[0] += 1
            stop.wait(max(0, began + made[0] / CHANGES_PER_S - time.monotonic()))

    worker = threading.Thread(target=go_on)
    began = time.monotonic()
    worker.start()
    try:
        measured = measure(seconds)
    finally:
        stop.set()
        worker.join()
    return measured, made[0] / (time.monotonic() - began)


def fleet(console, press):
    """Keys and costs with the embedded estate of 100 clusters of 1,000 pods."""
    program = console.start(words=FLEET)
    try:
        program.drain(5)
        _, cpu = watched(program)
        return keys(program, press), cpu, program.memory()[0]
    finally:
        program.end()


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else None


def measure(given, folder, servers):
    cluster = Cluster(folder, tools.kubernetes())
    for start in (cluster.etcd, cluster.apiserver):
        servers.append(start())
        servers[-1].wait()
    api = Api(cluster.url, cluster.ca, cluster.admin)
    began = time.monotonic()
    load.fill(api, given.nodes, given.pods)
    tools.say(f"{given.nodes:,} nodes and {given.pods:,} pods in {time.monotonic() - began:.0f} s")

    console = Console(given.binary, folder, cluster.kubeconfig, given.size)
    words = given.until or f"{given.pods:,}"
    lists = [bare_list(api) for _ in range(ROUNDS)]
    bare = min(took for took, _ in lists)
    full, first_paint = full_picture(console, words)
    seen, seen_paint = last_seen(console, words)
    found = {"nodes": given.nodes, "pods": given.pods, "size": given.size, "bare_list_s": bare, "bare_list_mb": lists[0][1],
             "all_pods_s": full, "ratio": full / bare, "first_paint_ms": first_paint * 1000,
             "last_seen_ms": seen * 1000, "last_seen_first_paint_ms": seen_paint * 1000}
    program = console.start()
    try:
        program.until(words)
        program.drain(2)
        found["memory_mb"], found["memory_peak_mb"] = program.memory()
        found["idle_bytes_per_s"], found["idle_cpu_percent"] = watched(program)
        for name in given.keys.split():
            program.write({"enter": b"\r", "tab": b"\t", "esc": b"\x1b"}.get(name, name.encode()))
            program.burst(0.3, 0.1)
        answers = keys(program, given.press)
        (size, cpu), rate = with_changes(api, given.pods, WATCHED_S, lambda seconds: watched(program, seconds))
        found |= {"changes_per_s": rate, "changes_cpu_percent": cpu, "changes_bytes_per_s": size}
        busy, _ = with_changes(api, given.pods, 0, lambda _: keys(program, "k"))
        found["memory_after_mb"] = program.memory()[0]
        found["screen"] = program.screen.text()
    finally:
        program.end()
    many, found["fleet_cpu_percent"], found["fleet_memory_mb"] = fleet(console, given.press)
    for name, some in (("key", answers), ("key_under_change", busy), ("fleet_key", many)):
        times, sizes = [took for took, _ in some], [size for _, size in some]
        found |= {f"{name}s_answered": len(some), f"{name}_p50_ms": percentile(times, 0.5), f"{name}_p95_ms": percentile(times, 0.95),
                  f"{name}_bytes_p50": percentile(sizes, 0.5), f"{name}_bytes_max": max(sizes, default=None)}
    return found


def table(found):
    """What was measured, beside what is asked for."""
    def line(what, value, unit="", wanted=""):
        shown = "–" if value is None else f"{value:,.2f}" if isinstance(value, float) and value < 100 else f"{value:,.0f}"
        return f"{what:<46}{shown:>10} {unit:<7}{wanted}".rstrip()
    return "\n".join([
        f"{found['nodes']:,} nodes, {found['pods']:,} pods, {found['size']}", "",
        line("bare JSON LIST of all pods", found["bare_list_s"], "s", f"{found['bare_list_mb']:.0f} MB"),
        line("console: all pods on the screen", found["all_pods_s"], "s"),
        line("ratio to the bare request", found["ratio"], "×", "≤ 0.8"), "",
        line("first paint, nothing seen before", found["first_paint_ms"], "ms"),
        line("first paint of what was last seen", found["last_seen_ms"], "ms", "≤ 50"),
        line("resident memory", found["memory_mb"], "MB", "≤ 100"),
        line("  at its peak", found["memory_peak_mb"], "MB"),
        line("  after all of this", found["memory_after_mb"], "MB"), "",
        line("idle: processor", found["idle_cpu_percent"], "%", "≤ 1"),
        line("idle: output", found["idle_bytes_per_s"], "B/s", "≤ 200"),
        line(f"{found['changes_per_s']:.0f} changes a second: processor", found["changes_cpu_percent"], "%", "≤ 3"),
        line("  output", found["changes_bytes_per_s"], "B/s"), "",
        line("key, p50", found["key_p50_ms"], "ms", f"{found['keys_answered']} of {PRESSES} answered"),
        line("key, p95", found["key_p95_ms"], "ms", "≤ 16"),
        line("bytes a key, p50", found["key_bytes_p50"], "B", "≤ 300"),
        line("bytes a key, most", found["key_bytes_max"], "B"),
        line("key while pods change, p95", found["key_under_change_p95_ms"], "ms", f"≤ 16; {found['key_under_changes_answered']} of {PRESSES} answered"), "",
        "embedded estate of 100 clusters, 100,000 pods",
        line("key, p95", found["fleet_key_p95_ms"], "ms", f"≤ 16; {found['fleet_keys_answered']} of {PRESSES} answered"),
        line("processor", found["fleet_cpu_percent"], "%"),
        line("resident memory", found["fleet_memory_mb"], "MB"),
    ])


def built():
    """Builds the console for release and returns the binary."""
    target = Path(os.environ.get("CARGO_TARGET_DIR") or tools.CACHE / "target")
    done = subprocess.run(["cargo", "build", "--locked", "--release", "--bin", "quarterdeck"], cwd=REPOSITORY,
                          env={**os.environ, "CARGO_TARGET_DIR": str(target)})
    if done.returncode:
        raise tools.Missing("the console could not be built; see above")
    return target / "release/quarterdeck"


def main():
    arguments = argparse.ArgumentParser(prog="tests/bed/bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--binary", type=Path, help="the console to measure (default: built for release)")
    arguments.add_argument("--nodes", type=int, default=1_000)
    arguments.add_argument("--pods", type=int, default=10_000)
    arguments.add_argument("--size", default="160x48", help="columns and rows of the terminal (160x48)")
    arguments.add_argument("--until", help="what is on the screen once all pods are there (default: their number)")
    arguments.add_argument("--keys", default="4 enter tab", help="keys that lead to the list in which --press moves (4 enter tab)")
    arguments.add_argument("--press", default="j", help="the key whose answer is measured (j)")
    arguments.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    given = arguments.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix="quarterdeck-bench-"))
    servers = []
    try:
        given.binary = (given.binary or built()).resolve()
        found = measure(given, folder, servers)
        print(json.dumps(found) if given.json else table(found))
    except (Failed, tools.Missing, TimeoutError, EOFError) as why:
        sys.exit(f"bench: {why}")
    finally:
        for server in servers:
            server.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
