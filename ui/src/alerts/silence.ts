/** Silences as people make and read them: matchers as text, spans, what the server says of which field. */

import type { NewSilence } from "../api/alert-actions";
import type { ApiError } from "../api/client";
import type { Silence, SilenceMatcher } from "../api/types";
import { duration } from "../format/time";

export const OPS = ["=", "!=", "=~", "!~"] as const;

export const SPANS = [
  ["1h", "1 h"],
  ["4h", "4 h"],
  ["24h", "1 day"],
] as const;

/** What is being filled in. */
export interface Draft {
  matchers: SilenceMatcher[];
  /** Empty begins at once. */
  starts: string;
  ends: string;
  comment: string;
  author: string;
  purpose: string;
  /** Whose alerts alone it is for; null for everybody's. */
  namespace: string | null;
}

export const NEW_DRAFT: Draft = {
  matchers: [{ name: "", op: "=", value: "" }],
  starts: "",
  ends: "1h",
  comment: "",
  author: "",
  purpose: "silence",
  namespace: null,
};

/** A draft like a silence; one that is to be changed begins and ends as it did until somebody says otherwise. */
export function draftOf(silence: Silence, change: boolean): Partial<Draft> {
  const { matchers, comment, purpose, namespace, ends_at: ends } = silence;
  const like = { matchers, comment, purpose, namespace };
  return change ? { ...like, ends } : like;
}

/** What is asked of the server: fields left empty are left to it. */
export function wantedOf(draft: Draft): NewSilence {
  const [starts, author] = [draft.starts.trim(), draft.author.trim()];
  return {
    matchers: filledMatchers(draft),
    ...(starts === "" ? {} : { starts_at: starts }),
    ends_at: draft.ends.trim(),
    comment: draft.comment.trim(),
    ...(author === "" ? {} : { author }),
    purpose: draft.purpose,
    ...(draft.namespace === null ? {} : { namespace: draft.namespace }),
  };
}

/** Matchers that say something; rows left empty are none. */
export function filledMatchers(draft: Draft): SilenceMatcher[] {
  return draft.matchers
    .map((matcher) => ({ ...matcher, name: matcher.name.trim() }))
    .filter((matcher) => matcher.name !== "" || matcher.value !== "");
}

/** The fields that a server's refusal can be about. */
export const FIELDS = [
  "matchers",
  "starts_at",
  "ends_at",
  "comment",
  "author",
  "namespace",
  "purpose",
] as const;
export type Field = (typeof FIELDS)[number];

/** What a refusal says, and of which field; null where it is about none, or about one that the form does not have. */
export function refusalOf(problem: ApiError): { field: Field | null; words: string } {
  const named = /^`(\w+)`: ([\s\S]+)$/.exec(problem.message);
  const field = FIELDS.find((known) => known === named?.[1]);
  if (field === undefined || named?.[2] === undefined)
    return { field: null, words: problem.message === "" ? `${problem.title}.` : problem.message };
  return { field, words: named[2] };
}

export type SilenceState = "active" | "pending" | "expired";

export const STATE_WORDS: Record<SilenceState, string> = {
  active: "In force",
  pending: "To come",
  expired: "Over",
};

/** What a silence is at a moment: the list is older than the page's clock. */
export function stateAt(silence: Silence, now: number): SilenceState {
  if (silence.state === "expired" || Date.parse(silence.ends_at) <= now) return "expired";
  return Date.parse(silence.starts_at) > now ? "pending" : "active";
}

/** When it begins or ends, relative to now, and the moment that is meant. */
export function whenOf(silence: Silence, now: number): { words: string; at: string } {
  const state = stateAt(silence, now);
  if (state === "pending")
    return { words: `begins in ${until(silence.starts_at, now)}`, at: silence.starts_at };
  if (state === "active") return { words: `ends in ${until(silence.ends_at, now)}`, at: silence.ends_at };
  return { words: `ended ${until(silence.ends_at, now)} ago`, at: silence.ends_at };
}

/** Seconds between a moment and now, before or after, as words. */
export function until(at: string, now: number): string {
  return duration(Math.abs(Date.parse(at) - now) / 1000);
}

/** Those in force first, then those to come, those over last; within each as the server sorts them. */
export function orderSilences(silences: readonly Silence[], now: number): Silence[] {
  const rank = { active: 0, pending: 1, expired: 2 };
  return silences
    .map((silence, place) => ({ silence, place, rank: rank[stateAt(silence, now)] }))
    .sort((a, b) => a.rank - b.rank || a.place - b.place)
    .map(({ silence }) => silence);
}
