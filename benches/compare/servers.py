"""The servers that are compared: how each is started, where it listens, and what it writes where."""

import gzip
import json
import os
import re
import subprocess

from process import Server, bytes_below, free_port


class Prometheus:
    """Prometheus as it comes, taking remote write."""

    write = "/api/v1/write"
    query = "/api/v1"

    def __init__(self, program):
        self.program = program
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True)
        self.name = "Prometheus " + (said.stdout + said.stderr).split("version ")[1].split("+")[0].split(",")[0].split()[0]

    def start(self, folder):
        """Starts it with its data in that folder."""
        os.makedirs(folder, exist_ok=True)
        port, config = free_port(), os.path.join(folder, "prometheus.yml")
        with open(config, "w", encoding="utf-8") as file:
            file.write("global: {}\n")
        command = [
            self.program, f"--config.file={config}", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver", "--web.enable-admin-api",
            "--storage.tsdb.retention.time=30d",
        ]  # fmt: skip
        return Server(command, f"{folder}/log", port, "/-/ready")

    def settle(self, server, folder):
        """Brings what was taken into its resting form; gives bytes of it, and bytes of its journal besides."""
        status, body = server.get(f"{self.query}/admin/tsdb/snapshot", method="POST")
        if status != 200:
            raise RuntimeError(f"snapshot: {status} {body!r}")
        snapshot = json.loads(body)["data"]["name"]
        blocks = bytes_below(f"{folder}/data/snapshots/{snapshot}")
        return blocks, bytes_below(f"{folder}/data/wal")

    def after_stop(self, _folder):
        """What is on disk after it ended, if that differs."""
        return None


class Victoria:
    """VictoriaMetrics, its cache of results off."""

    write = "/api/v1/write"
    query = "/api/v1"

    def __init__(self, program):
        self.program = program
        self.name = f"VictoriaMetrics {debian_version(program) or os.path.basename(program)}"

    def start(self, folder):
        """Starts it with its data in that folder."""
        os.makedirs(folder, exist_ok=True)
        port = free_port()
        command = [
            self.program, f"-storageDataPath={folder}/data", f"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=1y",
            "-search.disableCache", "-search.latencyOffset=0s", "-search.maxUniqueTimeseries=3000000",
        ]  # fmt: skip
        return Server(command, f"{folder}/log", port, "/health")

    def settle(self, server, folder):
        """Has it write and merge all; gives bytes on disk."""
        server.get("/internal/force_flush")
        server.rest()
        server.get("/internal/force_merge")
        server.rest()
        return bytes_below(f"{folder}/data", without=("cache", "tmp")), 0

    def after_stop(self, _folder):
        """What is on disk after it ended, if that differs."""
        return None


class Swarmpulse:
    """This project's binary."""

    write = "/api/v1/write"
    query = "/prometheus/api/v1"

    def __init__(self, program):
        self.program = program
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20, check=True)
        self.name = "Swarmpulse " + said.stdout.split()[1]

    def start(self, folder):
        """Starts it with its data in that folder."""
        os.makedirs(folder, exist_ok=True)
        port = free_port()
        command = [self.program, "serve", "--data", f"{folder}/data", "--listen", f"127.0.0.1:{port}"]
        environment = {"SWARMPULSE_PROBE__DISCOVER": "false", "NO_COLOR": "1"}
        return Server(command, f"{folder}/log", port, "/readyz", environment)

    def settle(self, server, folder):
        """Waits until it has nothing more to do; gives bytes of segments, and of the journal besides."""
        server.rest()
        metrics = f"{folder}/data/metrics"
        return bytes_below(metrics, without=("journal",)), bytes_below(f"{metrics}/journal")

    def after_stop(self, folder):
        """An orderly end writes what the journal held into segments: segments, aggregates and labels are counted. What
        is left of the journal is room laid out ahead, the same for any number of samples."""
        return bytes_below(f"{folder}/data/metrics", without=("journal",))

    def pack(self, folder):
        """Packs days that are over as the server does by and by; gives the bytes of their samples and aggregates."""
        subprocess.run(
            [self.program, "store", "compact", "--data", f"{folder}/data"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=True,
        )  # fmt: skip
        segments = f"{folder}/data/metrics/segments"
        sizes = {name: os.path.getsize(f"{segments}/{name}") for name in os.listdir(segments)}
        of = lambda *kinds: sum(size for name, size in sizes.items() if name.startswith(kinds))  # noqa: E731
        return of("hot-", "cold-"), of("hour-", "day-")


def debian_version(program):
    """The version of a program from Debian's package, which does not tell it itself."""
    package = os.path.basename(program)
    changes = os.path.join(os.path.dirname(program), f"../share/doc/{package}/changelog.Debian.gz")
    try:
        with gzip.open(changes, "rt", encoding="utf-8") as file:
            return re.search(r"\(([0-9.]+)", file.readline()).group(1)
    except (OSError, AttributeError):
        return None
