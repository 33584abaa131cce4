/** What the list of objectives says: order, states in words, the bar of the budget. */

import type { Slo } from "../api/types";
import { asSentence } from "../fleet/sentence";
import { percent, significant } from "../format/quantity";

export type SloState = "meeting" | "violating" | "no_data";

const RANK: Record<SloState, number> = { violating: 0, no_data: 2, meeting: 1 };

export const STATE_WORDS: Record<SloState, string> = {
  meeting: "Meeting",
  violating: "Violating",
  no_data: "No data",
};

/** A state as one of those that have a glyph; what is not known is never as good as met. */
export function stateOf(slo: Slo): SloState {
  return slo.state === "meeting" || slo.state === "violating" ? slo.state : "no_data";
}

/** Its sentence without the state at its beginning: that stands beside it already. */
export function sentenceOf(slo: Slo): string {
  return asSentence(slo.sentence.replace(/^(MEETING|VIOLATING|NO DATA): /, ""));
}

/** Whether objectives are of more than the default namespace, so that each must say whose it is. */
export function ofSeveral(slos: readonly Slo[]): boolean {
  return slos.some((slo) => slo.namespace !== "default");
}

/** Whose figures these are, where that is worth saying. */
export function whose(slo: Slo, several: boolean): string | null {
  if (!several) return null;
  return slo.namespace === "*" ? "all namespaces" : slo.namespace;
}

/** Violated ones first, then those whose budget is spent most, those without data last. */
export function orderObjectives(slos: readonly Slo[]): Slo[] {
  const left = (slo: Slo) => slo.error_budget?.remaining_ratio ?? 1;
  return [...slos].sort((a, b) => RANK[stateOf(a)] - RANK[stateOf(b)] || left(a) - left(b) || compare(a, b));
}

function compare(a: Slo, b: Slo): number {
  if (a.title !== b.title) return a.title < b.title ? -1 : 1;
  return a.namespace < b.namespace ? -1 : 1;
}

/** What is left of a budget as a width from 0 to 1, and in words; null where there is none. */
export function budgetLeft(slo: Slo): { width: number; words: string } | null {
  const ratio = slo.error_budget?.remaining_ratio ?? null;
  if (ratio === null) return null;
  if (ratio < 0) return { width: 0, words: `overdrawn by ${text(-ratio)}` };
  return { width: Math.min(1, ratio), words: `${text(ratio)} left` };
}

/** A burn rate as people say it: 1 is as fast as the budget lasts. */
export function burnText(rate: number | null): string | null {
  return rate === null ? null : `${significant(rate, 2)}×`;
}

function text(ratio: number): string {
  const { value, unit } = percent(ratio);
  return `${value} ${unit}`;
}
