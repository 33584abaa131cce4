"""Exports over OTLP with the real OpenTelemetry SDK: a counter, histograms, a gauge, logs and spans.

exporter.py TRANSPORT TEMPORALITY ENDPOINT [TOKEN]: `grpc` or `http`, `delta` or `cumulative`. Ends with 1 if anything
that was exported was not taken whole.
"""

import sys
import time

from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, UpDownCounter
from opentelemetry.sdk.metrics.export import AggregationTemporality, PeriodicExportingMetricReader
from opentelemetry.sdk.metrics.view import ExponentialBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.trace import SpanKind

transport, temporality, endpoint = sys.argv[1:4]
token = sys.argv[4] if len(sys.argv) > 4 else None
agent = f"py-{transport}-{temporality}"

if transport == "grpc":
    from grpc import Compression
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

    # gRPC's own form of headers, and no encryption.
    headers = (("authorization", f"Bearer {token}"),) if token else None
    common = {"headers": headers, "insecure": True, "compression": Compression.Gzip}
    urls = {"metrics": endpoint, "logs": endpoint, "traces": endpoint}
else:
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    headers = {"Authorization": f"Bearer {token}"} if token else None
    common = {"headers": headers, "compression": Compression.Gzip}
    urls = {signal: f"{endpoint}/v1/{signal}" for signal in ("metrics", "logs", "traces")}

results = []


def checked(exporter):
    export = exporter.export

    def run(*arguments, **more):
        result = export(*arguments, **more)
        results.append(result.name)
        return result

    exporter.export = run
    return exporter


kind = AggregationTemporality.DELTA if temporality == "delta" else AggregationTemporality.CUMULATIVE
resource = Resource.create(
    {
        "service.name": "bot",
        "service.namespace": "lab",
        "service.instance.id": f"{agent}-1",
        "agent.id": agent,
        "agent.kind": "py-bot",
        "sandbox.id": f"box-{agent}",
    }
)
metric_exporter = OTLPMetricExporter(
    endpoint=urls["metrics"],
    preferred_temporality={Counter: kind, Histogram: kind, UpDownCounter: AggregationTemporality.CUMULATIVE},
    **common,
)
reader = PeriodicExportingMetricReader(checked(metric_exporter), export_interval_millis=3_600_000)
sizes = View(instrument_name="job.size", aggregation=ExponentialBucketHistogramAggregation())
meters = MeterProvider(resource=resource, metric_readers=[reader], views=[sizes])
logs = LoggerProvider(resource=resource)
logs.add_log_record_processor(SimpleLogRecordProcessor(checked(OTLPLogExporter(endpoint=urls["logs"], **common))))
traces = TracerProvider(resource=resource)
traces.add_span_processor(SimpleSpanProcessor(checked(OTLPSpanExporter(endpoint=urls["traces"], **common))))

meter = meters.get_meter("e2e", "1.0")
done = meter.create_counter("jobs.done", unit="{job}", description="Jobs that are done.")
took = meter.create_histogram("job.took", unit="s", explicit_bucket_boundaries_advisory=[0.5, 1, 5])
size = meter.create_histogram("job.size", unit="By")
depth = meter.create_gauge("queue.depth")
for round_of_jobs in range(3):
    for job in range(4):
        done.add(1, {"queue": "fast"})
        took.record(0.25 + job, {"queue": "fast"})
        size.record(2**job, {"queue": "fast"})
    depth.set(10 - round_of_jobs)
    # Points of one stream come in order of their time, in whole milliseconds too.
    time.sleep(0.01)
    meters.force_flush()

log = logs.get_logger("e2e")
log.emit(
    LogRecord(
        timestamp=time.time_ns(),
        severity_number=SeverityNumber.ERROR,
        severity_text="ERROR",
        body="cannot connect: password=hunter2",
    )
)
tracer = traces.get_tracer("e2e")
with tracer.start_as_current_span(
    "chat m1",
    kind=SpanKind.CLIENT,
    attributes={
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "m1",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
    },
):
    pass
with tracer.start_as_current_span("query", kind=SpanKind.CLIENT, attributes={"server.address": "db1"}):
    pass

for provider in (traces, logs, meters):
    provider.shutdown()
print(" ".join(results))
sys.exit(0 if results and set(results) == {"SUCCESS"} else 1)
