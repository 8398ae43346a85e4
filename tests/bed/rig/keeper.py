"""Keeps the bed: starts every server, seeds them, and takes all of it away when it is told to or its owner is gone.

    python -m rig.keeper FOLDER OWNER

Run by tests/bed/up in a session of its own. Standard output is for `up`: the word `ready`, or why not.
"""

import datetime
import os
import shutil
import signal
import sys
import time
import traceback
from pathlib import Path

from . import environment, seed_aws, seed_kubernetes, tools
from .api import Api
from .aws import Aws
from .kubernetes import Cluster
from .prometheus import Prometheus
from .server import Failed

PUBLISH_EVERY_S = 60


class Told(Exception):
    """Someone asked the bed to end."""


def start(folder, servers):
    """Brings everything up; each server goes into `servers` as soon as it runs."""
    def run(server):
        servers.append(server)
        return server

    cluster = Cluster(folder, tools.kubernetes())
    aws = Aws(folder, sys.executable, cluster)
    prometheus = Prometheus(folder, tools.prometheus())
    environment.write(folder, cluster, aws, prometheus)
    etcd = run(cluster.etcd())
    waiting = [run(aws.ministack()), run(aws.ministack(strict=True)), run(aws.moto())]
    etcd.wait()
    run(cluster.apiserver(aws.token_webhook)).wait()
    waiting += [run(cluster.controllers()), run(cluster.scheduler()), run(cluster.kwok(tools.BED)), run(prometheus.start())]
    api = Api(cluster.url, cluster.ca, cluster.admin)
    seed_kubernetes.seed(api)
    for server in waiting:
        server.wait()
    seed_aws.seed(aws)
    unsettled = seed_kubernetes.settle(api)
    if unsettled:
        raise Failed(f"these pods did not settle: {', '.join(unsettled)}\n" + "\n".join(server.tail(5) for server in servers))
    return aws


def keep(aws, folder, owner):
    """Returns when the owner's process or the folder is gone. A server that ends is left alone: tests do that."""
    published = time.monotonic()
    while folder.exists() and (owner is None or alive(owner)):
        time.sleep(0.5)
        if time.monotonic() - published > PUBLISH_EVERY_S:
            published = time.monotonic()
            try:
                seed_aws.publish(aws, [datetime.datetime.now(datetime.timezone.utc)])
            except Exception as why:  # A test may have stopped the server; the numbers just go stale then.
                print(f"numbers not published: {why}", file=sys.stderr, flush=True)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def main(folder, owner):
    folder = Path(folder)
    servers = []

    def told(*_):
        raise Told

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, told)
    try:
        aws = start(folder, servers)
        print("ready", flush=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        keep(aws, folder, owner)
    except Told:
        pass
    except (Failed, tools.Missing) as why:
        print(why, flush=True)
    except Exception:
        print(traceback.format_exc(), flush=True)
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for server in reversed(servers):
            server.end()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if sys.argv[2] != "none" else None)
