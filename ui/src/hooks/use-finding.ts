/** A finding with the data behind it; read anew when it was said again. */

import { useEffect, useState } from "react";
import { type ApiError, asApiError, httpApi } from "../api/client";
import type { FindingDetail } from "../api/types";

export interface OpenedFinding {
  detail: FindingDetail | null;
  problem: ApiError | null;
}

const NOTHING: OpenedFinding = { detail: null, problem: null };

export function useFinding(id: string, changed: string): OpenedFinding {
  const [held, setHeld] = useState<OpenedFinding & { of: string }>({ ...NOTHING, of: id });

  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` asks for another reading
  useEffect(() => {
    let current = true;
    httpApi.finding(id).then(
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
  }, [id, changed]);

  return held.of === id ? held : NOTHING;
}
