/** The address: which agent's panel is open. */

import { useSyncExternalStore } from "react";
import { type AgentName, agentHash, keyOf, nameOf, parseAgentHash } from "../fleet/agent-key";

/** The agent that the address names. */
export function useOpenAgent(): AgentName | null {
  const key = useSyncExternalStore(subscribe, openKey);
  return key === null ? null : nameOf(key);
}

export function openAgent(name: AgentName): void {
  location.hash = agentHash(name);
}

export function closeAgent(): void {
  if (location.hash !== "") location.hash = "#/";
}

function openKey(): string | null {
  const name = parseAgentHash(location.hash);
  return name === null ? null : keyOf(name);
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
