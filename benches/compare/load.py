"""The load program: the same prepared requests for every server."""

import json
import subprocess


class Load:
    """The built `swarmpulse-load`, and the files it prepared."""

    def __init__(self, program, folder):
        self.program = program
        self.folder = folder

    def prepare(self, name, **options):
        """Writes a file of requests; gives its path and what it holds."""
        path = f"{self.folder}/{name}"
        arguments = [f"--{key.replace('_', '-')}={value}" for key, value in options.items()]
        report = self._run(["remote-write", "prepare", "--out", path, *arguments], 120)
        return path, report["about"]

    def send(self, server, write, path, deadline_s=200):
        """Sends a file; gives what was measured."""
        return self._run(self._send(server, write, path), deadline_s)

    def send_until_broken(self, server, write, path):
        """Begins to send to a server that will be killed."""
        command = [self.program, *self._send(server, write, path), "--until-broken"]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def ask(self, server, path, repeat, out=None):
        """Asks again and again; gives milliseconds and, with `out`, leaves the last answer there."""
        command = ["ask", "--server", server.address, "--pid", str(server.pid), "--path", path, f"--repeat={repeat}"]
        return self._run(command + ([f"--out={out}"] if out else []), 120)

    def _send(self, server, write, path):
        target = ["--server", server.address, "--pid", str(server.pid)]
        return ["remote-write", "send", *target, "--file", path, "--path", write]

    def _run(self, arguments, deadline_s):
        done = subprocess.run(
            [self.program, *arguments], capture_output=True, text=True, timeout=deadline_s, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"swarmpulse-load {' '.join(arguments[:2])}: {done.stderr.strip()[:500]}")
        return json.loads(done.stdout)
