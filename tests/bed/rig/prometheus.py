"""Prometheus, with three days of a small shop's requests behind it and the same shop going on while the bed is up; and 35
days of a ledger's entries, which end when the bed starts."""

import math
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .server import Failed, Server, free_port

OPENED = 1_780_000_000
HISTORY_S, STEP_S = 3 * 86_400, 60
REQUESTS_PER_S, ERROR_SHARE = 20.0, 0.0008
LABELS = 'job="shop",instance="shop-1",service="checkout"'


def served(at):
    """Requests that the shop has served from OPENED to this instant: a day's wave around a steady rate, so it always rises."""
    day = 2 * math.pi / 86_400
    return REQUESTS_PER_S * (at - OPENED - 0.5 / day * math.cos(day * at))


def samples(at):
    total = math.floor(served(at))
    bad = math.floor(total * ERROR_SHARE)
    return [(f'http_requests_total{{{LABELS},code="200"}}', total - bad), (f'http_requests_total{{{LABELS},code="500"}}', bad)]

LEDGER_S = 35 * 86_400


def ledger(start, end):
    """The ledger's counters, minute by minute: tests compute the same increments. They restart now and then, and each two weeks
    nothing is scraped for 40 minutes."""
    counted = {"ok": 0, "failed": 0}
    for minute in range(start // 60, end // 60):
        rises = {"ok": 50 + minute % 41, "failed": 1 + minute % 3 if minute % 7 == 0 else 0}
        restarts = minute % 10_007 == 0
        counted = {outcome: rise if restarts else counted[outcome] + rise for outcome, rise in rises.items()}
        if minute % 20_160 not in range(5_000, 5_040):
            yield minute * 60, counted


class Prometheus:
    def __init__(self, folder, tools):
        self.folder, self.tools, self.port = folder, tools, free_port()
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self):
        data, config, shop = self.folder / "prometheus", self.folder / "prometheus.yml", _exporter()
        self._history(data)
        config.write_text(f"global: {{scrape_interval: 5s}}\nscrape_configs:\n- job_name: shop\n  honor_labels: true\n"
                          f"  static_configs: [{{targets: ['127.0.0.1:{shop}']}}]\n")
        return Server("prometheus", [
            self.tools / "prometheus", f"--config.file={config}", f"--storage.tsdb.path={data}", f"--web.listen-address=127.0.0.1:{self.port}",
            "--storage.tsdb.retention.time=60d", "--web.enable-admin-api", "--web.enable-remote-write-receiver",
        ], self.folder, f"{self.url}/-/ready")

    def _history(self, data):
        text = self.folder / "history.txt"
        now = int(time.time()) // STEP_S * STEP_S
        instants = range(now - HISTORY_S, now, STEP_S)
        lines = ["# TYPE http_requests counter"]
        for series in range(2):
            lines += [f"{name} {value} {at}" for at in instants for name, value in [samples(at)[series]]]
        lines.append("# TYPE ledger_entries counter")
        entries = list(ledger(now - LEDGER_S, now))
        for outcome in ("ok", "failed"):
            lines += [f'ledger_entries_total{{outcome="{outcome}"}} {counted[outcome]} {at}' for at, counted in entries]
        text.write_text("\n".join(lines) + "\n# EOF\n")
        done = subprocess.run([self.tools / "promtool", "tsdb", "create-blocks-from", "openmetrics", text, data],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder)
        if done.returncode:
            raise Failed(f"promtool could not write Prometheus' history\n{done.stdout}")


class _Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        body = "".join(f"{name} {value}\n" for name, value in samples(time.time())).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def _exporter():
    """Serves the shop's counters as they are now; returns the port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_port
