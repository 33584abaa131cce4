/** Made-up alerts for tests. */

import type { Alert } from "../api/types";

export function anAlert(id: string, over: Partial<Alert> = {}): Alert {
  return {
    id,
    name: "agent_down",
    namespace: "default",
    severity: "critical",
    priority: "P1",
    state: "firing",
    subject_kind: "agent",
    subject: "a1",
    message: "",
    started_at: "2026-05-04T14:00:00.000Z",
    resolved_at: null,
    labels: {},
    annotations: {},
    origin: "condition",
    group: null,
    value: null,
    flapping: false,
    cause: null,
    symptoms: 0,
    silenced_by: [],
    inhibited_by: [],
    muted_by: [],
    acknowledged: null,
    receivers: [],
    links: {},
    ...over,
  };
}
