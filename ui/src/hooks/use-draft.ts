/** A silence being filled in: from an alert, from another silence, or from nothing; and what it would hold back. */

import { useEffect, useState } from "react";
import { matchersOf } from "../alerts/held-back";
import { type Draft, draftOf, filledMatchers, NEW_DRAFT, refusalOf } from "../alerts/silence";
import { alertDetail, oneSilence, previewSilence } from "../api/alert-actions";
import { asApiError } from "../api/client";
import type { Silence, SilencePreview } from "../api/types";
import { useSettledText } from "./use-settled-text";

const AUTHOR_KEY = "swarmpulse.author";

export interface Filled {
  draft: Draft;
  /** The silence that is to be changed. */
  before: Silence | null;
  /** It has what it is to begin with; before that nobody should type what would be lost. */
  ready: boolean;
  /** Why it could not be filled in. */
  problem: string | null;
}

/** The draft, and a way to change it. */
export function useDraft(from: URLSearchParams): [Filled, (change: Partial<Draft>) => void] {
  const [alert, silence, changed] = [from.get("alert"), from.get("silence"), from.get("change")];
  const [filled, setFilled] = useState<Filled>(() => ({
    draft: { ...NEW_DRAFT, author: rememberedAuthor() },
    before: null,
    ready: alert === null && silence === null && changed === null,
    problem: null,
  }));
  const change = (part: Partial<Draft>) => setFilled((now) => ({ ...now, draft: { ...now.draft, ...part } }));
  useEffect(() => {
    let current = true;
    beginning(alert, silence, changed).then(
      ({ part, before }) =>
        current &&
        setFilled(({ draft }) => ({
          draft: { ...draft, ...part, author: draft.author || (before?.author ?? "") },
          before,
          ready: true,
          problem: null,
        })),
      (thrown) =>
        current &&
        setFilled((now) => ({
          ...now,
          // What cannot be read cannot be changed; it would be made anew.
          ready: changed === null,
          problem: refusalOf(asApiError(thrown)).words,
        })),
    );
    return () => {
      current = false;
    };
  }, [alert, silence, changed]);
  return [filled, change];
}

interface Beginning {
  part: Partial<Draft>;
  before: Silence | null;
}

async function beginning(
  alert: string | null,
  silence: string | null,
  changed: string | null,
): Promise<Beginning> {
  if (alert !== null) return { part: { matchers: matchersOf(await alertDetail(alert)) }, before: null };
  const known = changed ?? silence;
  if (known === null) return { part: {}, before: null };
  const found = await oneSilence(known);
  return { part: draftOf(found, changed !== null), before: changed === null ? null : found };
}

/** What the matchers would hold back as they stand, or why the server does not take them. */
export function usePreview(draft: Draft): { preview: SilencePreview | null; refused: string | null } {
  const { namespace } = draft;
  const asked = useSettledText(JSON.stringify(filledMatchers(draft)));
  const [found, setFound] = useState<{
    of: string;
    preview: SilencePreview | null;
    refused: string | null;
  }>();
  useEffect(() => {
    const matchers = JSON.parse(asked);
    if (matchers.length === 0) return;
    let current = true;
    previewSilence(matchers, namespace).then(
      (preview) => current && setFound({ of: asked, preview, refused: null }),
      (thrown) =>
        current && setFound({ of: asked, preview: null, refused: refusalOf(asApiError(thrown)).words }),
    );
    return () => {
      current = false;
    };
  }, [asked, namespace]);
  return asked === "[]" || found === undefined ? { preview: null, refused: null } : found;
}

/** The name that a person gave the last time. */
function rememberedAuthor(): string {
  try {
    return localStorage.getItem(AUTHOR_KEY) ?? "";
  } catch {
    return "";
  }
}

export function rememberAuthor(author: string): void {
  try {
    localStorage.setItem(AUTHOR_KEY, author);
  } catch {
    // Storage is denied: it is typed again.
  }
}
