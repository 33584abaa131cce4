/** The agents held in memory: merged from pages, answers and the stream; bounded, the least severe go first. */

import type { Agent } from "../api/types";
import { type AgentKey, keyOf } from "./agent-key";
import { bySeverity } from "./order";

export class AgentCollection {
  private readonly agents = new Map<AgentKey, Agent>();
  private readonly streamed = new Map<AgentKey, number>();
  private sequence = 0;
  private evictedCount = 0;

  constructor(private readonly limit: number) {}

  get size(): number {
    return this.agents.size;
  }

  /** Agents let go to stay within the limit. */
  get evicted(): number {
    return this.evictedCount;
  }

  get(key: AgentKey): Agent | undefined {
    return this.agents.get(key);
  }

  has(key: AgentKey): boolean {
    return this.agents.has(key);
  }

  values(): Iterable<Agent> {
    return this.agents.values();
  }

  /** What the stream says now is newer than any answer under way. */
  stream(agent: Agent): void {
    const key = keyOf(agent);
    this.sequence += 1;
    this.streamed.set(key, this.sequence);
    this.agents.set(key, agent);
    this.evict();
  }

  /** Take it before a request; `answer` then knows what the stream has overtaken. */
  mark(): number {
    return this.sequence;
  }

  /** Merges an answer to a request begun at `mark`, except where the stream was faster. */
  answer(agents: Iterable<Agent>, mark: number): void {
    for (const agent of agents) {
      const key = keyOf(agent);
      if ((this.streamed.get(key) ?? 0) <= mark) this.agents.set(key, agent);
    }
    this.evict();
  }

  /** Forgets an agent that a request begun at `mark` did not find. */
  gone(key: AgentKey, mark: number): void {
    if ((this.streamed.get(key) ?? 0) > mark) return;
    this.agents.delete(key);
    this.streamed.delete(key);
  }

  /** After a whole list begun at `mark`: forgets what was not in it. */
  keepOnly(seen: ReadonlySet<AgentKey>, mark: number): void {
    for (const key of [...this.agents.keys()]) if (!seen.has(key)) this.gone(key, mark);
  }

  // A tenth at a time, so that a full collection is not sorted for every event.
  private evict(): void {
    if (this.agents.size <= this.limit) return;
    const sorted = [...this.agents.values()].sort(bySeverity);
    for (const agent of sorted.slice(Math.floor(this.limit * 0.9))) {
      const key = keyOf(agent);
      this.agents.delete(key);
      this.streamed.delete(key);
      this.evictedCount += 1;
    }
  }
}
