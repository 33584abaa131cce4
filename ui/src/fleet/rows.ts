/** Which rows stand where: sorted when nobody looks closely, held still under the reader's pointer. */

import type { Agent } from "../api/types";
import { type AgentKey, keyOf } from "./agent-key";
import type { AgentCollection } from "./collection";
import { bySeverity } from "./order";

export interface Rows {
  keys: readonly AgentKey[];
  /** Agents that match and wait to be shown. */
  waiting: number;
  /** What the reader asked for when these rows were set out; another wish sets them out anew. */
  wish: string;
}

export const NO_ROWS: Rows = { keys: [], waiting: 0, wish: "" };

/**
 * The next rows. While `held`, rows keep their places and change only in what they say; agents that have gone
 * leave, new ones wait. An empty list holds nothing: the first agents appear at once.
 */
export function arrange(
  before: Rows,
  agents: AgentCollection,
  matches: (agent: Agent) => boolean,
  wish: string,
  held: boolean,
): Rows {
  if (!held || before.wish !== wish || before.keys.length === 0) {
    return { keys: sorted(agents, matches), waiting: 0, wish };
  }
  const kept = before.keys.filter((key) => agents.has(key));
  const shown = new Set(kept);
  let waiting = 0;
  for (const agent of agents.values()) if (matches(agent) && !shown.has(keyOf(agent))) waiting += 1;
  return { keys: kept, waiting, wish };
}

function sorted(agents: AgentCollection, matches: (agent: Agent) => boolean): AgentKey[] {
  const found: Agent[] = [];
  for (const agent of agents.values()) if (matches(agent)) found.push(agent);
  return found.sort(bySeverity).map(keyOf);
}
