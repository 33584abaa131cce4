/** A chart of a finding: what was measured, what was expected, the limit, and points in time worth marking. */

import { useMemo, useRef, useState } from "react";
import type { FindingChart } from "../api/types";
import { type Drawn, described, draw, LINE_PX, readAt } from "../findings/chart";
import { beginning } from "../findings/list";
import { listTime } from "../format/time";
import { useWidth } from "../hooks/use-viewport";

const HEIGHT_PX = 168;

export function FindingChartView({ chart, now }: { chart: FindingChart; now: number }) {
  const figure = useRef<HTMLElement>(null);
  const width = useWidth(figure);
  const [pointer, setPointer] = useState<number | null>(null);
  const drawn = useMemo(() => draw(chart, { width, height: HEIGHT_PX }), [chart, width]);
  const reading = drawn === null || pointer === null ? null : readAt(chart, drawn, pointer);
  return (
    <figure ref={figure} className="chart">
      <figcaption>
        <h3>{beginning(chart.title)}</h3>
        <p className="chart-reading dim">
          {reading === null
            ? "\u00a0"
            : [listTime(new Date(reading.at).toISOString(), now), ...reading.words].join(" · ")}
        </p>
      </figcaption>
      {drawn === null ? (
        <p className="dim">There is nothing to draw yet.</p>
      ) : (
        <svg
          width={width}
          height={HEIGHT_PX}
          role="img"
          aria-label={described(chart)}
          onPointerMove={(event) =>
            setPointer(event.clientX - event.currentTarget.getBoundingClientRect().left)
          }
          onPointerLeave={() => setPointer(null)}
        >
          <Axes drawn={drawn} />
          <Limit drawn={drawn} />
          {drawn.lines.map((line) => (
            <g key={line.name} data-role={line.role}>
              <path d={line.path} className="chart-line" />
              <text x={line.label.x} y={line.label.y} dy="0.32em" className="chart-label">
                {line.label.words.map((words, number) => (
                  <tspan key={words} x={line.label.x} dy={number === 0 ? undefined : LINE_PX}>
                    {words}
                  </tspan>
                ))}
              </text>
            </g>
          ))}
          {reading !== null && <Crosshair drawn={drawn} at={reading.at} />}
        </svg>
      )}
      {drawn !== null && drawn.marks.length > 0 && (
        <ol className="chart-marks dim">
          {drawn.marks.map((mark) => (
            <li key={`${mark.time} ${mark.label}`}>
              <time>{listTime(new Date(mark.time).toISOString(), now)}</time> {mark.label}
            </li>
          ))}
        </ol>
      )}
    </figure>
  );
}

function Axes({ drawn }: { drawn: Drawn }) {
  const { plot } = drawn;
  return (
    <g>
      {drawn.valueTicks.map((tick) => (
        <g key={tick.at}>
          <line x1={plot.left} x2={plot.right} y1={tick.at} y2={tick.at} className="chart-grid" />
          <text x={plot.left - 6} y={tick.at} dy="0.32em" textAnchor="end" className="chart-tick">
            {tick.text}
          </text>
        </g>
      ))}
      <line x1={plot.left} x2={plot.right} y1={plot.bottom} y2={plot.bottom} className="chart-axis" />
      {drawn.timeTicks.map((tick) => (
        <g key={tick.at}>
          <line x1={tick.at} x2={tick.at} y1={plot.bottom} y2={plot.bottom + 4} className="chart-axis" />
          <text x={tick.at} y={plot.bottom + 15} textAnchor="middle" className="chart-tick">
            {tick.text}
          </text>
        </g>
      ))}
      {drawn.marks.map((mark) => (
        <path
          key={`${mark.time} ${mark.label}`}
          d={`M${mark.at} ${plot.top}V${plot.bottom}m-4 0l4 -6l4 6z`}
          className="chart-mark"
        >
          <title>{mark.label}</title>
        </path>
      ))}
    </g>
  );
}

function Limit({ drawn }: { drawn: Drawn }) {
  const { plot, limit } = drawn;
  if (limit === null) return null;
  return (
    <g className="chart-limit">
      {!limit.above && <line x1={plot.left} x2={plot.right} y1={limit.at} y2={limit.at} />}
      <text x={plot.left + 4} y={limit.above ? plot.top + 4 : limit.at - 5}>
        {limit.above ? `↑ ${limit.text}` : limit.text}
      </text>
    </g>
  );
}

function Crosshair({ drawn, at }: { drawn: Drawn; at: number }) {
  const { plot, times } = drawn;
  const share = times.to === times.from ? 0.5 : (at - times.from) / (times.to - times.from);
  const x = plot.left + share * (plot.right - plot.left);
  return <line x1={x} x2={x} y1={plot.top} y2={plot.bottom} className="chart-crosshair" />;
}
