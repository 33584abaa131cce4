/** The order of agents: the worst first; among those that need someone the newest, else by name. */

import type { Agent } from "../api/types";
import { lookOf, severityRank } from "./verdict";

export function bySeverity(a: Agent, b: Agent): number {
  const rank = severityRank(a.verdict) - severityRank(b.verdict);
  if (rank !== 0) return rank;
  if (lookOf(a.verdict).attention && a.since !== b.since) return a.since < b.since ? 1 : -1;
  return byName(a, b);
}

function byName(a: Agent, b: Agent): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  return a.agent === b.agent ? 0 : a.agent < b.agent ? -1 : 1;
}
