"""The table."""

import os
import platform

HEAD = [
    "", "samples/s (1 / 10 a series)", "CPU s per million", "max stall ms",
    "bytes/sample on disk", "with 5 ms jitter", "cold", "`sum by(kind)(rate(x[5m]))` 6 h/60 s",
    "one series 6 h/15 s", "`topk(10,x)`", "`max_over_time(x[1h])`", "`quantile(0.99,x)` 6 h/60 s",
    "acknowledged samples lost by kill -9", "bytes of memory per idle series", "ready with 1 M series, s (after kill -9)",
]  # fmt: skip


def machine():
    """What it was measured on."""
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, load average before: {load}"


def table(results):
    """All results as a table of Markdown."""
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    return "\n".join(lines + ["| " + " | ".join(row(result)) + " |" for result in results])


def row(result):
    """One server's row."""
    if "error" in result:
        return [result["name"], result["error"].replace("|", "/").replace("\n", " ")[:200]] + ["-"] * (len(HEAD) - 2)
    one, ten = result.get("one"), result.get("ten")
    cells = [
        result["name"],
        pair(one, ten, lambda sent: f"{sent['samples_per_second'] / 1e6:.2f} M"),
        pair(one, ten, lambda sent: f"{sent['server_cpu_s_per_million']:.2f}"),
        pair(one, ten, lambda sent: f"{sent['request_ms']['max']:.0f}"),
    ]
    disk = result.get("disk")
    if disk is None:
        cells.append("-")
    else:
        cells.append(f"{disk['bytes_per_sample']:.2f}" + (f" + journal {disk['journal']:.1f}" if disk["journal"] else ""))
    jitter, cold = result.get("jitter_bytes_per_sample"), result.get("cold")
    cells.append(f"{jitter:.2f}" if jitter else "-")
    cells.append(f"{cold['bytes_per_sample']:.2f}" if cold else "-")
    queries = result.get("queries", {})
    for name in ("rate_by_kind", "one_series", "topk", "max_over_time", "quantile"):
        cells.append(f"{queries[name]['ms']:.3g} ms" if name in queries else "-")
    loss = result.get("loss")
    cells.append(f"{loss['lost']:,} of {loss['acknowledged']:,}" if loss else "-")
    idle = result.get("idle")
    cells.append(f"{idle['resident_bytes_per_series']:.0f}" if idle else "-")
    cells.append(f"{idle['ready_s']:.2f} ({idle['ready_after_kill_s']:.2f})" if idle else "-")
    return cells


def pair(one, ten, show):
    """A figure at one and at ten samples a series."""
    return " / ".join(show(sent) if sent else "-" for sent in (one, ten))
