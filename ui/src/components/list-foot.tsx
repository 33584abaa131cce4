/** Below the list: how much of the fleet it shows. */

import { HELD_LIMIT, type Snapshot, STEP } from "../fleet/controller";
import { count } from "../format/quantity";

interface ListFootProps {
  snapshot: Snapshot;
  shown: number;
  onMore: () => void;
}

export function ListFoot({ snapshot, shown, onMore }: ListFootProps) {
  const { agents, complete, loadingMore, summary } = snapshot;
  const known = Math.max(summary?.agents ?? 0, agents.size);
  const partial = !complete && known > agents.size;
  const full = agents.size >= HELD_LIMIT * 0.9;
  return (
    <footer className="foot">
      <p className="dim">
        {partial
          ? `${count(shown)} of the worst ${count(agents.size)} agents; the fleet has ${count(known)}.`
          : shown < agents.size
            ? `${count(shown)} of ${count(agents.size)} agents match.`
            : `${count(shown)} ${shown === 1 ? "agent" : "agents"}.`}
        {partial && full && " This page holds no more; ask the API for the others."}
      </p>
      {partial && !full && (
        <button type="button" className="button" disabled={loadingMore} onClick={onMore}>
          {loadingMore ? "Loading" : `Load ${count(Math.min(STEP, known - agents.size))} more`}
        </button>
      )}
    </footer>
  );
}
