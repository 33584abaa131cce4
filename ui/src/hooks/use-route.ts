/** The address: which panel is open. */

import { useSyncExternalStore } from "react";
import { parseAlertHash } from "../alerts/address";
import { findingHash, parseFindingHash } from "../findings/address";
import { type AgentName, agentHash, keyOf, nameOf, parseAgentHash } from "../fleet/agent-key";

/** The agent that the address names. */
export function useOpenAgent(): AgentName | null {
  const key = useSyncExternalStore(subscribe, openKey);
  return key === null ? null : nameOf(key);
}

/** The id of the finding that the address names. */
export function useOpenFinding(): string | null {
  return useSyncExternalStore(subscribe, openFindingId);
}

/** The id of the alert that the address names. */
export function useOpenAlert(): string | null {
  return useSyncExternalStore(subscribe, openAlertId);
}

/** Whether the address names the objectives. */
export function useObjectivesOpen(): boolean {
  return useSyncExternalStore(subscribe, () => location.hash === "#/objectives");
}

export function openFinding(id: string): void {
  location.hash = findingHash(id);
}

export function openAgent(name: AgentName): void {
  location.hash = agentHash(name);
}

/** Closes whichever panel is open. */
export function closePanel(): void {
  if (location.hash !== "") location.hash = "#/";
}

function openKey(): string | null {
  const name = parseAgentHash(location.hash);
  return name === null ? null : keyOf(name);
}

function openFindingId(): string | null {
  return parseFindingHash(location.hash);
}

function openAlertId(): string | null {
  return parseAlertHash(location.hash);
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
