"""A program in a pseudo-terminal, and as much of a screen as it takes to read what it shows."""

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
import unicodedata

# A control sequence, an operating system command or other string, any other escape, a control character, or a piece of text.
TOKEN = re.compile(r"\x1b\[([?<>=]?)([0-9;:]*)[ -/]*([@-~])|\x1b[]PX^_].*?(?:\x07|\x1b\\)|\x1b[ -/]*[0-~]|[\x00-\x1f]|[^\x00-\x1f]+", re.S)
UNFINISHED = re.compile(r"\x1b(\[[0-9;:?<>=]*[ -/]*|[]PX^_][^\x07\x1b]*|[ -/]*)?$", re.S)


class Screen:
    """Text alone: colours and modes are read over."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.cells = [[" "] * columns for _ in range(rows)]
        self.x = self.y = 0
        self.rest = ""

    def feed(self, text):
        text = self.rest + text
        cut = UNFINISHED.search(text)
        self.rest = text[cut.start():] if cut else ""
        for token in TOKEN.finditer(text[:cut.start()] if cut else text):
            first = token[0][0]
            if token[3]:
                self._control(token[1], token[2], token[3])
            elif first >= " " :
                self._write(token[0])
            elif first == "\r":
                self.x = 0
            elif first == "\n":
                self.y = min(self.y + 1, self.rows - 1)
            elif first == "\b":
                self.x = max(self.x - 1, 0)

    def _write(self, text):
        for char in text:
            width = 0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
            if width and self.x < self.columns:
                self.cells[self.y][self.x] = char
                if width == 2 and self.x + 1 < self.columns:
                    self.cells[self.y][self.x + 1] = ""
            self.x += width

    def _control(self, private, parameters, final):
        numbers = [int(number or 0) for number in re.split("[;:]", parameters)] if parameters else []
        first = numbers[0] if numbers else 0
        count = max(first, 1)
        if final in "Hf":
            self.y = min(count, self.rows) - 1
            self.x = min(max(numbers[1], 1) if len(numbers) > 1 else 1, self.columns) - 1
        elif final == "A":
            self.y = max(self.y - count, 0)
        elif final == "B":
            self.y = min(self.y + count, self.rows - 1)
        elif final == "C":
            self.x = min(self.x + count, self.columns - 1)
        elif final == "D":
            self.x = max(self.x - count, 0)
        elif final == "G":
            self.x = min(count, self.columns) - 1
        elif final == "d":
            self.y = min(count, self.rows) - 1
        elif final == "K":
            start, end = {0: (self.x, self.columns), 1: (0, self.x + 1)}.get(first, (0, self.columns))
            self.cells[self.y][start:end] = [" "] * (end - start)
        elif final == "J":
            rows = {0: range(self.y + 1, self.rows), 1: range(self.y)}.get(first, range(self.rows))
            for row in rows:
                self.cells[row] = [" "] * self.columns
        elif final in "hl" and private == "?" and 1049 in numbers:
            self.cells = [[" "] * self.columns for _ in range(self.rows)]

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)


class Program:
    def __init__(self, command, environment, columns=160, rows=48):
        self.screen = Screen(columns, rows)
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.started = time.monotonic()
        self.first_paint = None
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            try:
                os.execvpe(command[0], [str(part) for part in command], environment)
            except OSError as why:
                print(why, file=sys.stderr)
            os._exit(127)

    def read(self, seconds):
        """Waits so long for output; returns the bytes that came and when, (0, None) where none did."""
        if not select.select([self.terminal], [], [], max(seconds, 0))[0]:
            return 0, None
        try:
            data = os.read(self.terminal, 1 << 16)
        except OSError:
            data = b""
        at = time.monotonic()
        if not data:
            raise EOFError(f"the program ended; its screen:\n{self.screen.text()}")
        if b"\x1b[6n" in data:
            self.write(f"\x1b[{self.screen.y + 1};{self.screen.x + 1}R".encode())
        self.screen.feed(self.decoder.decode(data))
        if self.first_paint is None and self.screen.text().strip():
            self.first_paint = at
        return len(data), at

    def until(self, words, seconds=60):
        """Reads until these words are on the screen; returns the seconds since the start."""
        limit = time.monotonic() + seconds
        while words not in self.screen.text():
            if time.monotonic() > limit:
                raise TimeoutError(f"{words!r} was not on the screen within {seconds} s:\n{self.screen.text()}")
            self.read(0.05)
        return time.monotonic() - self.started

    def burst(self, first, quiet):
        """Reads what comes within `first` seconds and goes on until `quiet` seconds pass without output; bytes, and when the last came."""
        total, last = self.read(first)
        while last:
            got, at = self.read(quiet)
            if not got:
                break
            total, last = total + got, at
        return total, last

    def drain(self, seconds):
        """Reads for so long; returns the bytes that came."""
        limit, total = time.monotonic() + seconds, 0
        while time.monotonic() < limit:
            total += self.read(limit - time.monotonic())[0]
        return total

    def write(self, data):
        os.write(self.terminal, data)

    def cpu(self):
        """Seconds of processor time so far."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Resident MB: now, and at the most."""
        with open(f"/proc/{self.pid}/status") as file:
            lines = dict(line.split(":", 1) for line in file)
        return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))

    def end(self, seconds=5):
        """Asks the program to end, then makes it."""
        limit = time.monotonic() + seconds
        number = signal.SIGTERM
        while True:
            try:
                os.kill(self.pid, number)
            except ProcessLookupError:
                pass
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                break
            try:
                self.read(0.1)
            except EOFError:
                time.sleep(0.05)
            number = 0 if time.monotonic() < limit else signal.SIGKILL
        os.close(self.terminal)
