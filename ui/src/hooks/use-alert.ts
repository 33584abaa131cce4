/** An alert with what happened to it; read anew when anything of it changed. */

import { useCallback, useEffect, useState } from "react";
import { alertDetail } from "../api/alert-actions";
import { type ApiError, asApiError } from "../api/client";
import type { AlertDetail } from "../api/types";

export interface OpenedAlert {
  detail: AlertDetail | null;
  problem: ApiError | null;
}

const NOTHING: OpenedAlert = { detail: null, problem: null };

/** The alert, and a way to have it read again. */
export function useAlert(id: string, changed: string): [OpenedAlert, () => void] {
  const [held, setHeld] = useState<OpenedAlert & { of: string }>({ ...NOTHING, of: id });
  const [asked, setAsked] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` and `asked` ask for another reading
  useEffect(() => {
    let current = true;
    alertDetail(id).then(
      (detail) => current && setHeld({ of: id, detail, problem: null }),
      (thrown) =>
        current &&
        setHeld((now) => ({
          of: id,
          // What was read stays on screen while the server does not answer.
          detail: now.of === id ? now.detail : null,
          problem: asApiError(thrown),
        })),
    );
    return () => {
      current = false;
    };
  }, [id, changed, asked]);

  const again = useCallback(() => setAsked((times) => times + 1), []);
  return [held.of === id ? held : NOTHING, again];
}
