/** Alerts that matchers hold back, or would, each a link. */

import { alertHash } from "../alerts/address";
import { alertWords } from "../alerts/held-back";
import type { SilencePreview } from "../api/types";
import { severityOf } from "../findings/list";
import { counted } from "../format/quantity";
import { Age } from "./figures";
import { SeverityGlyph } from "./glyph";

const SHOWN = 8;

export function HeldAlerts({ preview, now }: { preview: SilencePreview; now: number }) {
  const more = preview.count - Math.min(SHOWN, preview.alerts.length);
  if (preview.count === 0) return <p className="dim">No alert that fires matches.</p>;
  return (
    <>
      <ul className="held-alerts">
        {preview.alerts.slice(0, SHOWN).map((alert) => (
          <li key={alert.id} data-severity={severityOf(alert.severity)}>
            <SeverityGlyph severity={severityOf(alert.severity)} />
            <span>
              <a href={alertHash(alert.id)}>{alertWords(alert.name)}</a>{" "}
              <span className="mono">{alert.subject}</span>
            </span>
            <span className="dim">
              <Age at={alert.started_at} now={now} />
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="dim">and {counted(more, "more alert", "more alerts")}</p>}
    </>
  );
}
