/** One agent's name across namespaces, and its address in this page. */

export type AgentKey = string;

export interface AgentName {
  namespace: string;
  agent: string;
}

// Ids hold no control characters, so this separates any two of them.
const SEPARATOR = "\u0000";

export function keyOf(name: AgentName): AgentKey {
  return name.namespace + SEPARATOR + name.agent;
}

export function nameOf(key: AgentKey): AgentName {
  const at = key.indexOf(SEPARATOR);
  return { namespace: key.slice(0, at), agent: key.slice(at + 1) };
}

/** `#/agents/NAMESPACE/ID`. */
export function agentHash(name: AgentName): string {
  return `#/agents/${encodeURIComponent(name.namespace)}/${encodeURIComponent(name.agent)}`;
}

/** The agent that an address names, if it names one. */
export function parseAgentHash(hash: string): AgentName | null {
  const parts = /^#\/agents\/([^/]+)\/([^/]+)$/.exec(hash);
  if (parts?.[1] === undefined || parts[2] === undefined) return null;
  try {
    return { namespace: decodeURIComponent(parts[1]), agent: decodeURIComponent(parts[2]) };
  } catch {
    return null;
  }
}
