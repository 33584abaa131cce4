/** An agent's timeline, the newest first, page by page; read anew when its verdict changes. */

import { useCallback, useEffect, useState } from "react";
import { type ApiError, asApiError, httpApi } from "../api/client";
import type { TimelineEntry } from "../api/types";
import { type AgentKey, nameOf } from "../fleet/agent-key";

export interface Timeline {
  entries: readonly TimelineEntry[];
  next: string | null;
  problem: ApiError | null;
  loading: boolean;
}

const EMPTY: Timeline = { entries: [], next: null, problem: null, loading: true };

export function useTimeline(key: AgentKey, changed: string): [Timeline, () => void] {
  const [timeline, setTimeline] = useState<Timeline & { of: AgentKey }>({ ...EMPTY, of: key });

  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` asks for another reading
  useEffect(() => {
    let current = true;
    const { namespace, agent } = nameOf(key);
    httpApi.timeline(namespace, agent, null).then(
      (page) =>
        current &&
        setTimeline({ of: key, entries: page.items, next: page.next, problem: null, loading: false }),
      (thrown) => current && setTimeline({ ...EMPTY, of: key, problem: asApiError(thrown), loading: false }),
    );
    return () => {
      current = false;
    };
  }, [key, changed]);

  const older = useCallback(() => {
    const { namespace, agent } = nameOf(key);
    const cursor = timeline.next;
    if (cursor === null) return;
    httpApi.timeline(namespace, agent, cursor).then(
      (page) =>
        setTimeline((now) =>
          now.of === key && now.next === cursor
            ? { ...now, entries: [...now.entries, ...page.items], next: page.next, problem: null }
            : now,
        ),
      (thrown) => setTimeline((now) => (now.of === key ? { ...now, problem: asApiError(thrown) } : now)),
    );
  }, [key, timeline.next]);

  return [timeline.of === key ? timeline : EMPTY, older];
}
