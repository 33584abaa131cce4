/** What the page says of each verdict: its word, its place in the order, whether someone should act. */

import type { Verdict, VerdictCounts } from "../api/types";

export interface VerdictLook {
  verdict: Verdict;
  word: string;
  /** What it means, in one sentence. */
  meaning: string;
  /** Someone should act: among these the newest stands on top. */
  attention: boolean;
}

/** Every verdict, the worst first. */
export const VERDICTS: readonly VerdictLook[] = [
  look("down", "Down", "Dead: shown by evidence of death, or by silence beyond the deadline.", true),
  look("stuck", "Stuck", "Alive with open work, but no progress beyond that work's limit.", true),
  look("unknown", "Unknown", "It cannot be seen; decided within a bounded time.", true),
  look("silent", "Silent", "No contact, but its process lives on or open work extends its deadline.", false),
  look(
    "backing_off",
    "Backing off",
    "Its last calls were turned away (429, 503, 529); it keeps in contact.",
    false,
  ),
  look("waiting", "Waiting", "It says that it waits for a person or an input.", false),
  look("starting", "Starting", "Known, no progress yet, start-up grace not over.", false),
  look("working", "Working", "Progress within its deadline, or open work within its limit.", false),
  look("idle", "Idle", "In contact, no open work.", false),
  look("stopped", "Stopped", "Ended as it said or was asked to.", false),
];

const RANK = new Map(VERDICTS.map((row, rank) => [row.verdict, rank]));
const LOOKS = new Map(VERDICTS.map((row) => [row.verdict, row]));

/** Its place in the order, 0 for the worst. A verdict this page does not know stands with `unknown`. */
export function severityRank(verdict: Verdict): number {
  return RANK.get(verdict) ?? 2;
}

export function lookOf(verdict: Verdict): VerdictLook {
  return (
    LOOKS.get(verdict) ?? {
      verdict,
      word: verdict,
      meaning: "This page does not know this verdict.",
      attention: true,
    }
  );
}

/** Agents per verdict, counted here: what is shown until the server's own counts are known. */
export function countVerdicts(verdicts: Iterable<Verdict>): VerdictCounts {
  const counts = Object.fromEntries(VERDICTS.map((row) => [row.verdict, 0])) as VerdictCounts;
  for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

function look(verdict: Verdict, word: string, meaning: string, attention: boolean): VerdictLook {
  return { verdict, word, meaning, attention };
}
