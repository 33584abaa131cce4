/** Who can be told, and by which channels. */

import { useEffect, useState } from "react";
import { receivers } from "../api/alerting";
import { type ApiError, asApiError } from "../api/client";
import type { Receiver } from "../api/types";

/** Null until they are known. Read anew when `changed` does. */
export function useReceivers(changed: string): [readonly Receiver[] | null, ApiError | null] {
  const [known, setKnown] = useState<readonly Receiver[] | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `changed` asks for another reading
  useEffect(() => {
    let current = true;
    receivers().then(
      ({ items }) => {
        if (!current) return;
        setKnown(items);
        setProblem(null);
      },
      (thrown) => current && setProblem(asApiError(thrown)),
    );
    return () => {
      current = false;
    };
  }, [changed]);
  return [known, problem];
}
