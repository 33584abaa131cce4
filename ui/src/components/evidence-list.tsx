/** Evidence: what is claimed, how strong it is, how old, and the record behind it one click away. */

import type { Evidence } from "../api/types";
import { asSentence } from "../fleet/sentence";
import { Age } from "./figures";
import { RecordLink } from "./record-link";

export function EvidenceList({ evidence, now }: { evidence: readonly Evidence[]; now: number }) {
  if (evidence.length === 0) return <p className="dim">No evidence came with this verdict.</p>;
  return (
    <ol className="evidence-list">
      {evidence.map((piece) => (
        <li key={`${piece.claim} ${piece.at} ${piece.text}`} data-class={piece.class}>
          <Strength level={piece.class} words={piece.strength} />
          <div className="evidence-words">
            <p>{asSentence(piece.text)}</p>
            <p className="dim">
              {asSentence(piece.strength)}
              {" · "}
              <Age at={piece.at} now={now} suffix=" ago" />
              {" · "}
              {piece.record === null ? (
                "no record, the monitor's own conclusion"
              ) : (
                <RecordLink record={piece.record} />
              )}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}

/** Four bars, the more of them full the stronger the evidence. */
function Strength({ level, words }: { level: number; words: string }) {
  return (
    <span className="strength" title={`Class ${level} of 4: ${words}`}>
      {[4, 3, 2, 1].map((bar) => (
        <span key={bar} data-full={bar >= level} />
      ))}
      <span className="hidden">Class {level} of 4</span>
    </span>
  );
}
