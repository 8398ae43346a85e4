"""What the bed needs on the machine: found, or made once and kept in the cache."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

BED = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "quarterdeck"
KUBERNETES_VERSION = "v1.36.3"
CONTROL_PLANE = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")


class Missing(Exception):
    """Something the bed needs is not there; the message names the command that installs it."""


def say(message):
    print(f"bed: {message}", file=sys.stderr, flush=True)


@contextmanager
def made_once(folder):
    """Yields True where `folder` has still to be filled (it is there, and empty), False where it is complete.

    Two beds that start at the same time wait for each other here; a half-filled folder is started again.
    """
    complete = folder / ".complete"
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / f"{folder.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if complete.exists():
            yield False
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        yield True
        complete.touch()


def key(*files):
    """The first twelve hex digits of the hash of these files: a new pin gets a new folder."""
    return hashlib.sha256(b"\0".join(Path(file).read_bytes() for file in files)).hexdigest()[:12]


def run(command, what, **options):
    """Runs a build step; upon failure shows the end of what it said."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-25:])
        raise Missing(f"{what} failed ({' '.join(map(str, command[:4]))} …):\n{tail}")
    return done.stdout


def venv():
    """The Python of a virtual environment that has the AWS servers."""
    requirements = BED / "requirements.txt"
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = CACHE / f"venv-{version}-{key(requirements)}"
    if sys.version_info < (3, 10):
        raise Missing(f"Python 3.10 or newer is needed, this is {version}: apt-get install python3")
    with made_once(folder) as empty:
        if empty:
            say("making the virtual environment for ministack and moto (once, about a minute)")
            try:
                import ensurepip  # noqa: F401
            except ImportError:
                raise Missing("Python's venv module is missing: apt-get install python3-venv") from None
            run([sys.executable, "-m", "venv", folder], "making a virtual environment")
            run([folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
                "installing ministack and moto with pip")
    return folder / "bin/python"


def go(module):
    """Checks that a Go is there that can build this module."""
    if not shutil.which("go"):
        raise Missing("Go is missing; it builds the Kubernetes control plane: apt-get install golang-go, or see https://go.dev/dl")
    wanted = re.search(r"^go (\d+)\.(\d+)", (module / "go.mod").read_text(), re.M).groups()
    found = run(["go", "env", "GOVERSION", "GOTOOLCHAIN"], "asking Go for its version", cwd="/").split()
    have = re.match(r"go(\d+)\.(\d+)", found[0]).groups()
    fetches_newer = tuple(map(int, have)) >= (1, 21) and found[1:] != ["local"]
    if tuple(map(int, have)) < tuple(map(int, wanted)) and not fetches_newer:
        raise Missing(f"Go {'.'.join(wanted)} or newer is needed, this is {found[0]}: see https://go.dev/dl")


def build(name, packages, output="", flags=""):
    """Builds commands of one of the pinned Go modules into the cache; returns their folder. `output` names a single command."""
    module = BED / "kubernetes" / name
    folder = CACHE / f"{name}-{key(module / 'go.mod', module / 'go.sum')}"
    with made_once(folder) as empty:
        if empty:
            go(module)
            say(f"building {name} from its Go modules (once, minutes)")
            run(["go", "build", "-trimpath", "-buildvcs=false", "-ldflags", f"-s -w {flags}", "-o", f"{folder}/{output}", *packages],
                f"building {name}", cwd=module, env={**os.environ, "GOWORK": "off"})
            if name == "kwok":
                source = run(["go", "list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"], "finding kwok's stages", cwd=module).strip()
                shutil.copytree(Path(source) / "kustomize/stage", folder / "stages", copy_function=shutil.copyfile)
                run(["chmod", "-R", "u+w", folder / "stages"], "copying kwok's stages")
    return folder


def kubernetes():
    """Paths of etcd, the control plane's commands and kwok, by name."""
    found = {}
    given = os.environ.get("KUBEBUILDER_ASSETS")
    for binary in ("etcd", *CONTROL_PLANE):
        if given and os.access(Path(given) / binary, os.X_OK):
            found[binary] = Path(given) / binary
    if "etcd" not in found:
        found["etcd"] = build("etcd", ["go.etcd.io/etcd/server/v3"], "etcd") / "etcd"
    if any(binary not in found for binary in CONTROL_PLANE):
        # Without these flags the server calls itself v0.0.0 and its version checks misbehave.
        stem = "-X k8s.io/component-base/version.git"
        _, major, minor, _ = re.split(r"[v.]", KUBERNETES_VERSION)
        folder = build("k8s", [f"k8s.io/kubernetes/cmd/{binary}" for binary in CONTROL_PLANE],
                       flags=f"{stem}Version={KUBERNETES_VERSION} {stem}Major={major} {stem}Minor={minor}")
        for binary in CONTROL_PLANE:
            found.setdefault(binary, folder / binary)
    kwok = build("kwok", ["sigs.k8s.io/kwok/cmd/kwok"], "kwok")
    return {**found, "kwok": kwok / "kwok", "stages": kwok / "stages"}


def prometheus():
    """The folder of prometheus and promtool: the installed ones, else unpacked from Debian's package into the cache.

    Unpacking needs no root and starts no daemon, which installing the package would.
    """
    installed = shutil.which("prometheus")
    if installed and shutil.which("promtool"):
        return Path(installed).parent
    folder = CACHE / "prometheus"
    with made_once(folder) as empty:
        if empty:
            if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
                raise Missing("Prometheus is missing: install its package (Debian: apt-get install prometheus), so that prometheus and promtool are on PATH")
            say("fetching Debian's package of Prometheus (once)")
            fetch = ["apt-get", "--quiet", "download", "prometheus"]
            try:
                try:
                    run(fetch, "fetching prometheus", cwd=folder)
                except Missing:
                    if os.geteuid() != 0:
                        raise
                    run(["apt-get", "--quiet", "update"], "updating the package lists")
                    run(fetch, "fetching prometheus", cwd=folder)
            except Missing as why:
                raise Missing(f"Prometheus is missing: apt-get install prometheus\n{why}") from None
            run(["dpkg-deb", "-x", next(folder.glob("prometheus_*.deb")), folder], "unpacking prometheus")
    return folder / "usr/bin"
