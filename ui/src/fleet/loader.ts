/** Fetching agents: whole lists page by page, and the figures of those on screen. */

import { type Api, asApiError } from "../api/client";
import type { Agent } from "../api/types";
import { type AgentKey, keyOf, nameOf } from "./agent-key";
import type { AgentCollection } from "./collection";

export const PAGE_SIZE = 1_000;
/** A fleet up to this size is refreshed with one request; of a larger one, the agents on screen. */
export const SMALL_FLEET = 100;
/** At most so many agents on screen are refreshed in one round, so many at a time. */
export const REFRESH_LIMIT = 60;
const AT_ONCE = 4;

/** Reads the list, the worst agents first, until `target` agents are read or it ends. True when it ended. */
export async function loadList(
  api: Api,
  agents: AgentCollection,
  target: number,
  progress: () => void,
): Promise<boolean> {
  const mark = agents.mark();
  const seen = new Set<AgentKey>();
  let cursor: string | null = null;
  do {
    const page: { items: Agent[]; next: string | null } = await api.agents(PAGE_SIZE, cursor);
    agents.answer(page.items, mark);
    for (const agent of page.items) seen.add(keyOf(agent));
    cursor = page.next;
    progress();
  } while (cursor !== null && seen.size < target);
  agents.keepOnly(seen, mark);
  return cursor === null;
}

/** Brings the figures of a small fleet, or of the agents on screen, up to date. */
export async function refresh(
  api: Api,
  agents: AgentCollection,
  visible: readonly AgentKey[],
  wholeFleet: boolean,
): Promise<void> {
  if (wholeFleet && agents.size <= SMALL_FLEET) {
    const mark = agents.mark();
    const page = await api.agents(PAGE_SIZE, null);
    agents.answer(page.items, mark);
    if (page.next === null) agents.keepOnly(new Set(page.items.map(keyOf)), mark);
    return;
  }
  const waiting = visible.slice(0, REFRESH_LIMIT);
  const worker = async () => {
    for (let key = waiting.shift(); key !== undefined; key = waiting.shift())
      await refreshOne(api, agents, key);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Brings one agent up to date; one that the server no longer knows is let go. */
export async function refreshOne(api: Api, agents: AgentCollection, key: AgentKey): Promise<void> {
  const mark = agents.mark();
  const { namespace, agent } = nameOf(key);
  try {
    agents.answer([await api.agent(namespace, agent)], mark);
  } catch (thrown) {
    if (asApiError(thrown).status !== 404) throw thrown;
    agents.gone(key, mark);
  }
}
