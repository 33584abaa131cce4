"""Processes of a comparison: started in a folder, measured from procfs, and always ended by their own id."""

import os
import signal
import socket
import subprocess
import time
import urllib.request


class Server:
    """One running server; its output goes to a log file."""

    def __init__(self, command, log, port, ready_path, environment=None):
        self.port = port
        self.log = log
        started = time.monotonic()
        with open(log, "ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(environment or {})},
            )
        try:
            self._wait_until_ready(ready_path)
        except BaseException:
            self.kill()
            raise
        self.ready_s = time.monotonic() - started

    def _wait_until_ready(self, path, deadline_s=90):
        until = time.monotonic() + deadline_s
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"it ended with {self.process.returncode}: {self.said()}")
            try:
                if self.get(path, timeout_s=2)[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.01)
        raise RuntimeError(f"not ready within {deadline_s} s: {self.said()}")

    @property
    def pid(self):
        return self.process.pid

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def said(self):
        """The end of its log."""
        with open(self.log, "rb") as log:
            return log.read()[-2000:].decode(errors="replace")

    def get(self, path, timeout_s=60, method="GET"):
        """Status and body of one request."""
        request = urllib.request.Request(f"http://{self.address}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read()

    def rss_bytes(self):
        """Memory it holds in RAM now: its own and that of mapped files."""
        return self._status("VmRSS:")

    def anonymous_bytes(self):
        """The part of it that is its own."""
        return self._status("RssAnon:")

    def _status(self, name):
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith(name):
                    return int(line.split()[1]) * 1024
        return 0

    def cpu_s(self):
        """Processor seconds so far."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return sum(int(ticks) for ticks in fields[11:15]) / os.sysconf("SC_CLK_TCK")

    def rest(self, quiet_s=1.5, limit_s=40):
        """Waits until it does next to nothing; gives the processor seconds it took for that."""
        began, until = self.cpu_s(), time.monotonic() + limit_s
        before = began
        while time.monotonic() < until:
            time.sleep(quiet_s)
            now = self.cpu_s()
            if now - before <= 0.03 * quiet_s:
                return now - began
            before = now
        return self.cpu_s() - began

    def stop(self, deadline_s=60):
        """Asks it to end; gives the seconds that took."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(deadline_s)
            except subprocess.TimeoutExpired:
                self.kill()
                raise RuntimeError(f"it does not end within {deadline_s} s") from None
        return time.monotonic() - began

    def kill(self):
        """Ends it as a crash would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


def free_port():
    """A port of the loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def bytes_below(folder, without=()):
    """The bytes of all files below a folder; each file once, whatever links to it."""
    seen, total = set(), 0
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in without]
        for name in files:
            status = os.lstat(os.path.join(root, name))
            if status.st_ino not in seen:
                seen.add(status.st_ino)
                total += status.st_size
    return total
