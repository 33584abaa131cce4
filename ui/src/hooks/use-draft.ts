/** A silence being filled in: from an alert, from another silence, or from nothing; and what it would hold back. */

import { useEffect, useState } from "react";
import { matchersOf } from "../alerts/held-back";
import { type Draft, filledMatchers, NEW_DRAFT, refusalOf } from "../alerts/silence";
import { alertDetail, oneSilence, previewSilence } from "../api/alert-actions";
import { asApiError } from "../api/client";
import type { SilencePreview } from "../api/types";
import { useSettledText } from "./use-settled-text";

const AUTHOR_KEY = "swarmpulse.author";

export interface Filled {
  draft: Draft;
  /** It has what it is to begin with; before that nobody should type what would be lost. */
  ready: boolean;
  /** Why it could not be filled in. */
  problem: string | null;
}

/** The draft, and a way to change it. */
export function useDraft(from: URLSearchParams): [Filled, (change: Partial<Draft>) => void] {
  const [alert, silence] = [from.get("alert"), from.get("silence")];
  const [filled, setFilled] = useState<Filled>(() => ({
    draft: { ...NEW_DRAFT, author: rememberedAuthor() },
    ready: alert === null && silence === null,
    problem: null,
  }));
  const change = (part: Partial<Draft>) => setFilled((now) => ({ ...now, draft: { ...now.draft, ...part } }));
  useEffect(() => {
    let current = true;
    beginning(alert, silence).then(
      (part) => current && setFilled((now) => ({ ...now, draft: { ...now.draft, ...part }, ready: true })),
      (thrown) =>
        current &&
        setFilled((now) => ({ ...now, ready: true, problem: refusalOf(asApiError(thrown)).words })),
    );
    return () => {
      current = false;
    };
  }, [alert, silence]);
  return [filled, change];
}

async function beginning(alert: string | null, silence: string | null): Promise<Partial<Draft>> {
  if (alert !== null) return { matchers: matchersOf(await alertDetail(alert)) };
  if (silence === null) return {};
  const { matchers, comment, purpose } = await oneSilence(silence);
  return { matchers, comment, purpose };
}

/** What the matchers would hold back as they stand, or why the server does not take them. */
export function usePreview(draft: Draft): { preview: SilencePreview | null; refused: string | null } {
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
    previewSilence(matchers, null).then(
      (preview) => current && setFound({ of: asked, preview, refused: null }),
      (thrown) =>
        current && setFound({ of: asked, preview: null, refused: refusalOf(asApiError(thrown)).words }),
    );
    return () => {
      current = false;
    };
  }, [asked]);
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
