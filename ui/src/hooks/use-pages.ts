/** A long list read page by page; its first page is read anew while it is on screen. */

import { useCallback, useEffect, useRef, useState } from "react";
import { behind, inFront, NO_PAGES, type Pages } from "../alerts/paging";
import { type ApiError, asApiError } from "../api/client";
import type { Page } from "../api/types";
import { useFleet } from "./use-fleet";

const EVERY_MS = 15_000;
/** What happens is read about at most this often. */
const PAUSE_MS = 1_000;
/** A page may be empty and have a next; after so many in a row the search rests until somebody asks for more. */
const EMPTY_MOST = 20;

export interface PagedList<T> extends Pages<T> {
  /** The first page was read. */
  ready: boolean;
  problem: ApiError | null;
  /** It looked far back and found nothing, or failed: it goes on if asked to. */
  resting: boolean;
}

interface Held<T> extends PagedList<T> {
  of: string;
  empty: number;
}

interface Reading<T, P extends Page<T>> {
  read: (cursor: string | null) => Promise<P>;
  idOf: (item: T) => string;
  /** What is asked for; another wish is another list. */
  wish: string;
  /** Something that changes when the list may have changed. */
  changed: unknown;
  /** The first page is all there is: what is not in it is gone. */
  whole?: boolean;
  onPage?: (page: P) => void;
}

/** The list, a way to have more of it read, and one to have it read anew. */
export function usePages<T, P extends Page<T> = Page<T>>(
  reading: Reading<T, P>,
): [PagedList<T>, () => void, () => void] {
  const { wish, changed } = reading;
  const fleet = useFleet();
  const latest = useRef(reading);
  latest.current = reading;
  const [held, setHeld] = useState<Held<T>>(() => nothing(wish));
  const busy = useRef(false);

  const first = useCallback(async () => {
    const { read, idOf, whole, onPage } = latest.current;
    try {
      const page = await read(null);
      if (latest.current.wish !== wish) return;
      onPage?.(page);
      setHeld((now) => ({
        ...(now.of === wish && now.ready
          ? { ...now, ...(whole ? page : inFront(now, page, idOf)) }
          : { ...nothing<T>(wish), ...page }),
        ready: true,
        problem: null,
      }));
    } catch (thrown) {
      // What was read stays on screen while the server does not answer.
      if (latest.current.wish === wish)
        setHeld((now) => ({ ...(now.of === wish ? now : nothing<T>(wish)), problem: asApiError(thrown) }));
    }
  }, [wish]);

  const again = useRef(first);
  again.current = first;

  useEffect(() => {
    void first();
    const timer = setInterval(() => {
      if (!document.hidden && fleet.connection().state !== "paused") void first();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [first, fleet]);

  const seen = useRef(changed);
  const soon = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    // A reading that is about to begin sees this change, too.
    if (seen.current === changed || soon.current !== undefined) return;
    soon.current = setTimeout(() => {
      soon.current = undefined;
      seen.current = latest.current.changed;
      void again.current();
    }, PAUSE_MS);
  }, [changed]);
  useEffect(
    () => () => {
      clearTimeout(soon.current);
      soon.current = undefined;
    },
    [],
  );

  const shown = held.of === wish ? held : nothing<T>(wish);
  const { next } = shown;
  const more = useCallback(async () => {
    if (next === null || busy.current) return;
    busy.current = true;
    const { read, idOf } = latest.current;
    try {
      const page = await read(next);
      setHeld((now) => {
        if (now.of !== wish || now.next !== next) return now;
        const empty = page.items.length === 0 ? now.empty + 1 : 0;
        const resting = empty > 0 && empty % EMPTY_MOST === 0;
        return { ...now, ...behind(now, page, idOf), empty, resting, problem: null };
      });
    } catch (thrown) {
      setHeld((now) => (now.of === wish ? { ...now, resting: true, problem: asApiError(thrown) } : now));
    } finally {
      busy.current = false;
    }
  }, [next, wish]);

  return [shown, more, first];
}

function nothing<T>(wish: string): Held<T> {
  return { ...NO_PAGES, of: wish, empty: 0, ready: false, problem: null, resting: false };
}
