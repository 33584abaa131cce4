/** Which alerts come first, and which agent one is about. */

import type { Alert } from "../api/types";
import type { AgentName } from "./agent-key";

const RANK: Record<string, number> = { critical: 0, warning: 1, info: 2 };

/** The gravest first, of one severity the newest first. The page says blindness in a banner of its own. */
export function orderAlerts(alerts: readonly Alert[]): Alert[] {
  return alerts
    .filter((alert) => alert.state === "firing" && alert.name !== "monitor_blind")
    .sort(
      (a, b) => (RANK[a.severity] ?? 2) - (RANK[b.severity] ?? 2) || (a.started_at < b.started_at ? 1 : -1),
    );
}

/** The agent that an alert is about, where it is about one. */
export function alertAgent(alert: Alert): AgentName | null {
  if (alert.subject_kind !== "agent") return null;
  return { namespace: alert.labels.namespace ?? "default", agent: alert.subject };
}
