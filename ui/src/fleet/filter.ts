/** Which agents are shown: by verdict and by what is typed. */

import type { Agent, Verdict } from "../api/types";
import { lookOf } from "./verdict";

export interface Filter {
  /** None: all of them. */
  verdicts: ReadonlySet<Verdict>;
  text: string;
}

export const NO_FILTER: Filter = { verdicts: new Set(), text: "" };

/** Fields that a term such as `host:web-1` may name. */
export const FILTER_FIELDS = [
  "namespace",
  "agent",
  "kind",
  "host",
  "sandbox",
  "task",
  "pid",
  "verdict",
] as const;

type Field = (typeof FILTER_FIELDS)[number];

interface Term {
  field: Field | null;
  value: string;
}

export function isFiltering(filter: Filter): boolean {
  return filter.verdicts.size > 0 || filter.text.trim() !== "";
}

/** The filter with a verdict taken in or out. */
export function toggleVerdict(filter: Filter, verdict: Verdict): Filter {
  const verdicts = new Set(filter.verdicts);
  if (!verdicts.delete(verdict)) verdicts.add(verdict);
  return { ...filter, verdicts };
}

/** Every term must match: somewhere, or in the field it names. */
export function compile(filter: Filter): (agent: Agent) => boolean {
  const terms = parseTerms(filter.text);
  return (agent) => {
    if (filter.verdicts.size > 0 && !filter.verdicts.has(agent.verdict)) return false;
    return terms.every((term) => matches(agent, term));
  };
}

function parseTerms(text: string): Term[] {
  const words = text.toLowerCase().split(/\s+/);
  return words
    .filter((word) => word !== "")
    .map((word) => {
      const colon = word.indexOf(":");
      const field = FILTER_FIELDS.find((name) => colon > 0 && name === word.slice(0, colon));
      return field === undefined ? { field: null, value: word } : { field, value: word.slice(colon + 1) };
    });
}

function matches(agent: Agent, term: Term): boolean {
  if (term.field === null) return haystack(agent).includes(term.value);
  return String(agent[term.field] ?? "")
    .toLowerCase()
    .includes(term.value);
}

// Agents are replaced, never changed, so the text of one is made once.
const haystacks = new WeakMap<Agent, string>();

function haystack(agent: Agent): string {
  let text = haystacks.get(agent);
  if (text === undefined) {
    const fields = [
      agent.agent,
      agent.namespace,
      agent.kind,
      lookOf(agent.verdict).word,
      agent.verdict,
      agent.host,
      agent.pid,
      agent.sandbox,
      agent.task,
      agent.status,
      agent.evidence[0]?.text,
      ...agent.aliases,
    ];
    text = fields
      .filter((field) => field !== null && field !== undefined)
      .join("\n")
      .toLowerCase();
    haystacks.set(agent, text);
  }
  return text;
}
