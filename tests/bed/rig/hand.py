"""The bed for hand work: which one it is, whether it is up, and how it is stopped."""

import os
import shutil
import signal
import time
from pathlib import Path

POINTER = Path(__file__).resolve().parent.parent / ".run"


def keeper(folder):
    """The process id of the keeper of this folder's bed, or None where it is not running."""
    try:
        pid = int((folder / "keeper.pid").read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if str(folder).encode() in command else None


def pointed():
    """The folder of the last bed for hand work, up or not; None where there was none."""
    try:
        return Path(POINTER.read_text().strip())
    except OSError:
        return None


def running():
    """The folder of the bed for hand work, or None where none is up."""
    folder = pointed()
    return folder if folder and keeper(folder) else None


def stop(folder, seconds=30):
    """Ends a bed's keeper, which ends everything else; True when nothing is left of it."""
    limit = time.monotonic() + seconds
    pid = keeper(folder)
    if pid:
        os.kill(pid, signal.SIGTERM)
        while keeper(folder) and time.monotonic() < limit:
            time.sleep(0.05)
        if keeper(folder):
            # Its servers end with it: the kernel sees to that.
            os.kill(pid, signal.SIGKILL)
            time.sleep(0.5)
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()
