"""A million series that say little: memory each, and how soon the server is ready with them."""

import json
from urllib.parse import urlencode


def measure(load, peer, folder, file, about):
    """Loads them, lets the server rest, restarts it in order, then after kill -9."""
    series = about["series"]
    with peer.start(folder) as server:
        before = server.rss_bytes(), server.anonymous_bytes()
        sent = load.send(server, peer.write, file)
        server.rest(quiet_s=8, limit_s=30)
        after = server.rss_bytes(), server.anonymous_bytes()
        server.stop()
    with peer.start(folder) as server:
        ready_s = server.ready_s
        found = count(peer, server, about)
        server.kill()
    with peer.start(folder) as server:
        ready_after_kill_s = server.ready_s
        found_after_kill = count(peer, server, about)
    return {
        "series": series, "found": found, "found_after_kill": found_after_kill, "samples_per_second": sent["samples_per_second"],
        "request_ms_max": sent["request_ms"]["max"], "resident_bytes_per_series": (after[0] - before[0]) / series,
        "anonymous_bytes_per_series": (after[1] - before[1]) / series, "ready_after_kill_s": ready_after_kill_s,
        "ready_s": ready_s, "refused": sent["requests_refused"], "first_refusal": sent["first_refusal"],
    }  # fmt: skip


def count(peer, server, about):
    """How many of the series one metric has; of all, by its share."""
    metric = about["metrics"][0]
    asked = urlencode({"query": f"count(last_over_time({metric}[1h]))", "time": about["end_ms"] // 1000 + 60, "nocache": 1})
    status, body = server.get(f"{peer.query}/query?{asked}")
    result = json.loads(body)["data"]["result"] if status == 200 else []
    return int(float(result[0]["value"][1])) * len(about["metrics"]) if result else 0
