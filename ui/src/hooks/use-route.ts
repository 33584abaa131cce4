/** The address: which list is shown, and which panel is open beside it. */

import { useSyncExternalStore } from "react";
import { parseAlertHash, parseSilenceHash } from "../alerts/address";
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

/** The id of the silence that the address names; `new`, with what fills it in, is one to be made. */
export function useOpenSilence(): string | null {
  return useSyncExternalStore(subscribe, () => parseSilenceHash(location.hash));
}

/** Which of the panels that need no id the address names. */
export function useOpenPanel(): string | null {
  return useSyncExternalStore(subscribe, () => /^#\/(objectives|token)$/.exec(location.hash)?.[1] ?? null);
}

export type Screen = "agents" | "alerts" | "silences" | "notifications";

let shown: Screen = location.hash.startsWith("#/silences/") ? "silences" : "agents";

/** The list behind the panels: the one that was named last. */
export function useScreen(): Screen {
  return useSyncExternalStore(subscribe, () => {
    const named = /^#\/(alerts|silences|notifications)?$/.exec(location.hash || "#/");
    if (named !== null) shown = (named[1] ?? "agents") as Screen;
    return shown;
  });
}

export function openFinding(id: string): void {
  location.hash = findingHash(id);
}

export function openAgent(name: AgentName): void {
  location.hash = agentHash(name);
}

/** Closes whichever panel is open. */
export function closePanel(): void {
  if (location.hash !== "") location.hash = shown === "agents" ? "#/" : `#/${shown}`;
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
