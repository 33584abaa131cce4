/** Made-up findings for tests. */

import type { Finding } from "../api/types";

const T0 = "2026-05-04T14:00:00.000Z";

export function aFinding(id: string, over: Partial<Finding> = {}): Finding {
  return {
    id,
    detector: "leak",
    condition: "memory_leak",
    namespace: "default",
    subject_kind: "agent",
    subject: "bot-7",
    severity: "warning",
    state: "active",
    confidence: 0.99,
    sentence: "bot-7 grows by 14.8 MiB/h",
    since: T0,
    first_seen_at: T0,
    last_seen_at: T0,
    ended_at: null,
    figures: [],
    related: [],
    advice: [],
    links: { self: `/api/v1/findings/${id}` },
    ...over,
  };
}
