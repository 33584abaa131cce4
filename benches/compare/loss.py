"""kill -9 under load: how many acknowledged samples are gone after a restart."""

import json
import time
from urllib.parse import urlencode


def acknowledged_by_series(about, requests, samples_per_request_and_series=1):
    """Of each (metric, agent): how many samples were acknowledged, from the requests that were."""
    counts = {}
    metrics, connections, agents = about["metrics"], about["connections"], about["agents"]
    for connection, acknowledged in enumerate(requests):
        first = agents * connection // connections
        last = agents * (connection + 1) // connections
        of_connection = (last - first) * len(metrics)
        entries = acknowledged * about["series_per_request"]
        rounds, rest = divmod(entries, of_connection)
        for place in range(of_connection):
            samples = (rounds + (1 if place < rest else 0)) * samples_per_request_and_series
            agent = f"agent-{first + place // len(metrics):06}"
            counts[(metrics[place % len(metrics)], agent)] = min(samples, about["samples_per_series"])
    return counts


def stored_by_series(peer, server, about):
    """Of each (metric, agent): how many samples are found."""
    hours = int((about["end_ms"] - about["start_ms"]) / 3_600_000) + 2
    found = {}
    for metric in about["metrics"]:
        asked = urlencode({"query": f"count_over_time({metric}[{hours}h])", "time": about["end_ms"] // 1000 + 60, "nocache": 1})
        status, body = server.get(f"{peer.query}/query?{asked}")
        if status != 200:
            raise RuntimeError(f"{status} {body[:300]!r}")
        for one in json.loads(body)["data"]["result"]:
            found[(metric, one["metric"]["agent"])] = int(float(one["value"][1]))
    return found


def measure(load, peer, folder, file, about, after_s=2.0):
    """Kills a server so long after it began to take samples, restarts it and counts."""
    with peer.start(folder) as server:
        idle_cpu_s = server.cpu_s()
        sender = load.send_until_broken(server, peer.write, file)
        try:
            until = time.monotonic() + 30
            while server.cpu_s() < idle_cpu_s + 0.2 and time.monotonic() < until:
                time.sleep(0.02)
            time.sleep(after_s)
            server.kill()
            report = json.loads(sender.communicate(timeout=30)[0])
        finally:
            if sender.poll() is None:
                sender.kill()
            sender.wait(10)
    wanted = acknowledged_by_series(about, report["requests_acknowledged"])
    with peer.start(folder) as server:
        stored = stored_by_series(peer, server, about)
        ready_s = server.ready_s
    lost = sum(max(0, count - stored.get(series, 0)) for series, count in wanted.items())
    if sum(wanted.values()) != report["samples"]:
        raise RuntimeError(f"{report['samples']} acknowledged, counted as {sum(wanted.values())}")
    return {"acknowledged": report["samples"], "lost": lost, "ready_after_s": ready_s, "broken": report["broken"] is not None}
