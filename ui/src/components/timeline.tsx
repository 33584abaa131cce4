/** What happened to an agent, the newest first. */

import type { TimelineEntry, Verdict } from "../api/types";
import type { AgentKey } from "../fleet/agent-key";
import { asSentence } from "../fleet/sentence";
import { lookOf, VERDICTS } from "../fleet/verdict";
import { exactTime, listTime } from "../format/time";
import { useTimeline } from "../hooks/use-timeline";
import { Glyph } from "./glyph";

export function TimelineList({
  agentKey,
  changed,
  now,
}: {
  agentKey: AgentKey;
  changed: string;
  now: number;
}) {
  const [timeline, older] = useTimeline(agentKey, changed);
  return (
    <section aria-label="Timeline">
      <h3>Timeline</h3>
      {timeline.problem !== null && (
        <p className="dim">
          {timeline.problem.title}. {timeline.problem.message}
        </p>
      )}
      {!timeline.loading && timeline.problem === null && timeline.entries.length === 0 && (
        <p className="dim">Nothing is in history yet.</p>
      )}
      <ol className="timeline">
        {timeline.entries.map((entry) => (
          <TimelineLine key={entry.id} entry={entry} now={now} />
        ))}
      </ol>
      {timeline.next !== null && (
        <button type="button" className="link" onClick={older}>
          Older
        </button>
      )}
    </section>
  );
}

function TimelineLine({ entry, now }: { entry: TimelineEntry; now: number }) {
  const to = entry.kind === "verdict" ? asVerdict(entry.to) : null;
  const from = entry.kind === "verdict" ? asVerdict(entry.from) : null;
  return (
    <li>
      <time dateTime={entry.at} title={exactTime(entry.at)} className="dim">
        {listTime(entry.at, now)}
      </time>
      <span className="timeline-mark">
        {to === null ? <span className="dot" /> : <Glyph verdict={to} size={12} />}
      </span>
      <div>
        <p>{asSentence(entry.text)}</p>
        {to !== null && entry.evidence[0] !== undefined && (
          <p className="dim">
            {from !== null && `Was ${lookOf(from).word.toLowerCase()}. `}
            {asSentence(entry.evidence[0].text)}
          </p>
        )}
      </div>
    </li>
  );
}

function asVerdict(word: string | null): Verdict | null {
  return VERDICTS.find((row) => row.verdict === word)?.verdict ?? null;
}
