/** The fleet in one sentence: the server's, or one made here when it sent none. */

import type { Evidence, Summary, Verdict, VerdictCounts } from "../api/types";
import { lookOf, VERDICTS } from "./verdict";

const AVAILABLE: readonly Verdict[] = ["starting", "working", "idle", "waiting", "backing_off", "silent"];

/** The server's sentence if there is one, else the counts as a sentence, else a wait. */
export function fleetSentence(summary: Summary | null, counts: VerdictCounts | null): string {
  if (summary !== null && summary.sentence !== "") return summary.sentence;
  const known = summary?.verdicts ?? counts;
  if (known === null) return "Looking for the fleet";
  return countsSentence(known);
}

function countsSentence(counts: VerdictCounts): string {
  const total = VERDICTS.reduce((sum, row) => sum + counts[row.verdict], 0);
  if (total === 0) return "No agents yet.";
  const expected = total - counts.stopped;
  if (expected === 0) return `All ${total} agents have stopped.`;
  const available = AVAILABLE.reduce((sum, verdict) => sum + counts[verdict], 0);
  const troubles = (["down", "stuck", "unknown"] as const)
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${lookOf(verdict).word.toLowerCase()}`);
  const first = `${available} of ${expected} agents available.`;
  return troubles.length === 0 ? first : `${first} ${troubles.join(", ")}.`;
}

/** The tab's title: the sentence, and first of all that it may be old. */
export function pageTitle(sentence: string, connected: boolean): string {
  return connected ? sentence : `Not connected. ${sentence}`;
}

/** A claim as the server words it, as the beginning of a sentence. */
export function asSentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The strongest evidence as a sentence; a verdict without evidence says so. */
export function strongest(evidence: readonly Evidence[]): { text: string; at: string | null } {
  const first = evidence[0];
  if (first === undefined) return { text: "No evidence came with this verdict", at: null };
  return { text: asSentence(first.text), at: first.at };
}
