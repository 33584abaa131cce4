"""The questions that are asked of every server, and whether the answers agree."""

import json
import math
from urllib.parse import urlencode

# The metric called x: a counter of 1,000 series and ten kinds.
X = "agent_llm_requests_total"

# name, expression, minutes of range and step in seconds (or None: at one time)
QUERIES = [
    ("rate_by_kind", f"sum by(kind)(rate({X}[5m]))", (360, 60)),
    ("one_series", X + '{agent="agent-000500"}', (360, 15)),
    ("topk", f"topk(10,{X})", None),
    ("max_over_time", f"max_over_time({X}[1h])", None),
    ("quantile", f"quantile(0.99,{X})", (360, 60)),
]

# VictoriaMetrics computes rates from the sample before the window and does not extrapolate. What is not the same
# question is not compared.
NOT_COMPARABLE = {("VictoriaMetrics", "rate_by_kind")}


def path(query_base, expression, span, end_s):
    """The request for one question; `nocache` is VictoriaMetrics' and ignored by others."""
    if span is None:
        return f"{query_base}/query?" + urlencode({"query": expression, "time": end_s, "nocache": 1})
    minutes, step_s = span
    times = {"start": end_s - minutes * 60, "end": end_s, "step": step_s, "nocache": 1}
    return f"{query_base}/query_range?" + urlencode({"query": expression, **times})


def series(body):
    """An answer as labels -> [(time, value)]."""
    answer = json.loads(body)
    if answer["status"] != "success":
        raise RuntimeError(str(answer)[:500])
    found = {}
    for one in answer["data"]["result"]:
        labels = tuple(sorted(one["metric"].items()))
        points = one["values"] if "values" in one else [one["value"]]
        found[labels] = [(float(at), float(value)) for at, value in points]
    return found


def disagreement(wanted, given):
    """The first difference between two answers, or None; equal within 1e-9 of the value."""
    # VictoriaMetrics keeps the name of the metric where Prometheus drops it.
    wanted, given = (
        {tuple(pair for pair in labels if pair[0] != "__name__"): points for labels, points in answer.items()}
        for answer in (wanted, given)
    )
    if not wanted:
        return "the answer is empty"
    if wanted.keys() != given.keys():
        return f"{len(wanted)} series wanted, {len(given)} given, {len(wanted.keys() & given.keys())} in both"
    for labels, points in wanted.items():
        if [at for at, _ in points] != [at for at, _ in given[labels]]:
            return f"{dict(labels)}: {len(points)} points wanted, {len(given[labels])} given, or at other times"
        for (at, one), (_, other) in zip(points, given[labels]):
            same = math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
            if not same:
                return f"{dict(labels)} at {at}: {one} wanted, {other} given"
    return None


def ask_all(load, peer, server, end_s, repeat, folder):
    """Asks all; gives the milliseconds and the answers by name."""
    measured, answers = {}, {}
    for name, expression, span in QUERIES:
        out = f"{folder}/{name}.json"
        report = load.ask(server, path(peer.query, expression, span, end_s), repeat, out)
        measured[name] = {"ms": report["ms"]["p50"], "worst_ms": report["ms"]["max"], "cpu_ms": report["server_cpu_ms"]}
        with open(out, "rb") as body:
            answers[name] = series(body.read())
    return measured, answers
