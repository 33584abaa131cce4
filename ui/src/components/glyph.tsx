/** The glyphs: each verdict has its own shape, so that none is told by colour alone. */

import type { ReactNode } from "react";
import type { Verdict } from "../api/types";
import type { Severity } from "../findings/list";

const SHAPES: Record<Verdict, ReactNode> = {
  // A full disc, crossed out.
  down: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" />
      <path d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2" className="cut" />
    </>
  ),
  // A warning triangle.
  stuck: (
    <>
      <path
        d="M8 1.8L15 14H1z"
        fill="currentColor"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinejoin="round"
      />
      <path d="M8 6.2v3.6M8 12v.01" className="cut" />
    </>
  ),
  // A broken ring with a question.
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.3" className="line" strokeDasharray="2.6 2.35" />
      <path d="M6.3 6.4c.1-2.2 3.6-2 3.4.1-.1 1.1-1.6 1.2-1.7 2.4M8 11.3v.01" className="line" />
    </>
  ),
  // A ring and a flat line.
  silent: (
    <>
      <circle cx="8" cy="8" r="6.3" className="line" />
      <path d="M5 8h6" className="line" />
    </>
  ),
  // An arrow that turns back, in two colours.
  backing_off: (
    <>
      <path d="M3.1 5.2A6 6 0 1 1 2 8.6" className="line" />
      <path d="M2.4 1.9l.5 3.6 3.6-.5" className="line second" />
    </>
  ),
  // A clock.
  waiting: (
    <>
      <circle cx="8" cy="8" r="6.3" className="line" />
      <path d="M8 4.6V8l2.3 1.6" className="line" />
    </>
  ),
  // A ring that fills.
  starting: (
    <>
      <circle cx="8" cy="8" r="6.3" className="line" />
      <path d="M8 4.2a3.8 3.8 0 0 1 0 7.6z" fill="currentColor" />
    </>
  ),
  // A ring with a full core.
  working: (
    <>
      <circle cx="8" cy="8" r="6.3" className="line" />
      <circle cx="8" cy="8" r="3.4" fill="currentColor" />
    </>
  ),
  // An empty ring.
  idle: <circle cx="8" cy="8" r="6.3" className="line" />,
  // A square.
  stopped: <rect x="3" y="3" width="10" height="10" rx="2" className="line" />,
};

/** Beside its word, so it is hidden from screen readers. */
export function Glyph({ verdict, size = 14 }: { verdict: Verdict; size?: number }) {
  return (
    <svg
      className="glyph"
      data-verdict={verdict}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {SHAPES[verdict] ?? SHAPES.unknown}
    </svg>
  );
}

const SEVERITIES: Record<Severity, ReactNode> = {
  // An octagon, as a stop sign.
  critical: (
    <>
      <path d="M5.2 1h5.6L15 5.2v5.6L10.8 15H5.2L1 10.8V5.2z" fill="currentColor" />
      <path d="M8 4.4v4.4M8 11.4v.01" className="cut" />
    </>
  ),
  // An open triangle.
  warning: <path d="M8 2L15 14H1zM8 6.5v3.4M8 12v.01" className="line" />,
  // A ring with an i.
  info: <path d="M8 14.3a6.3 6.3 0 1 0 0-12.6 6.3 6.3 0 0 0 0 12.6zM8 7.4v3.6M8 5v.01" className="line" />,
};

/** A severity's own shape, beside its word. */
export function SeverityGlyph({ severity, size = 14 }: { severity: Severity; size?: number }) {
  return (
    <svg className="severity-glyph" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {SEVERITIES[severity]}
    </svg>
  );
}

const ICONS = {
  pulse: "M1 8.5h3l1.8-5 3 9.5 2-4.5H15",
  agents: "M2 4h12M2 8h12M2 12h8",
  target: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 10.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.6 10.6L14 14",
  close: "M4 4l8 8M12 4l-8 8",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  play: "M5 3l8 5-8 5z",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  tick: "M3 8.5l3.5 3.5L13 4.5",
  keys: "M1.5 4h13v8.5h-13zM4 7h.01M6.7 7h.01M9.3 7h.01M12 7h.01M5 10h6",
  token: "M6 12.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM8.5 6.5L14 1M11 4l2 2",
  clock: "M8 14.3a6.3 6.3 0 1 0 0-12.6 6.3 6.3 0 0 0 0 12.6zM8 4.6V8l2.3 1.6",
  silence: "M3 6v4h2.5L9 13V3L5.5 6zM11 6l3.5 4M14.5 6L11 10",
  tool: "M9.5 6.5L3 13M13.8 4.2l-2.3 2.3-2-2 2.3-2.3a3.4 3.4 0 0 0-4.3 4.3 3.4 3.4 0 0 0 2.1 2.1 3.4 3.4 0 0 0 4.2-4.3z",
  system: "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
  light:
    "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  dark: "M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z",
  alert: "M8 2L15 14H1zM8 6.5v3.4M8 12v.01",
  blind: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM2.5 13.5l11-11",
} as const;

export type IconName = keyof typeof ICONS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <path d={ICONS[name]} className="line" />
    </svg>
  );
}
