/** Agents by verdict: how the fleet divides, and a filter for each. */

import type { Verdict, VerdictCounts } from "../api/types";
import { VERDICTS } from "../fleet/verdict";
import { count } from "../format/quantity";
import { Glyph } from "./glyph";

interface CountsProps {
  counts: VerdictCounts;
  chosen: ReadonlySet<Verdict>;
  onToggle: (verdict: Verdict) => void;
  onClear: () => void;
}

export function Counts({ counts, chosen, onToggle, onClear }: CountsProps) {
  return (
    <section className="counts" aria-label="Agents by verdict">
      <div className="shares" aria-hidden="true">
        {VERDICTS.filter((row) => counts[row.verdict] > 0).map((row) => (
          <span key={row.verdict} data-verdict={row.verdict} style={{ flexGrow: counts[row.verdict] }} />
        ))}
      </div>
      <div className="chips">
        {VERDICTS.map((row) => (
          <button
            key={row.verdict}
            type="button"
            className="chip"
            data-verdict={row.verdict}
            data-zero={counts[row.verdict] === 0}
            aria-pressed={chosen.has(row.verdict)}
            title={row.meaning}
            onClick={() => onToggle(row.verdict)}
          >
            <Glyph verdict={row.verdict} />
            <span className="chip-count">{count(counts[row.verdict])}</span> {row.word.toLowerCase()}
          </button>
        ))}
        {chosen.size > 0 && (
          <button type="button" className="chip clear" onClick={onClear}>
            Show all
          </button>
        )}
      </div>
    </section>
  );
}
