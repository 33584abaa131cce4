/** Lists of alerts, silences and notifications. */

import { get } from "./client";
import type { Alert, Notifications, Page, Receiver, Silence } from "./types";

/** Which alerts are asked for; null and empty ask for all. */
export interface AlertQuery {
  text: string;
  severities: readonly string[];
  namespace: string | null;
}

/** Alerts of a state, in the server's order. */
export function alertPage(
  state: "open" | "resolved",
  query: AlertQuery,
  limit: number,
  cursor: string | null,
): Promise<Page<Alert>> {
  return get("/api/v1/alerts", {
    state,
    q: query.text || null,
    severity: query.severities.join() || null,
    namespace: query.namespace,
    limit: String(limit),
    cursor,
  });
}

/** Silences, those that are over among them. */
export function silencePage(limit: number, cursor: string | null): Promise<Page<Silence>> {
  return get("/api/v1/silences", { state: "active,pending,expired", limit: String(limit), cursor });
}

export function notificationPage(
  outcome: string | null,
  limit: number,
  cursor: string | null,
): Promise<Notifications> {
  return get("/api/v1/notifications", { outcome, limit: String(limit), cursor });
}

export function receivers(): Promise<Page<Receiver>> {
  return get("/api/v1/receivers", {});
}
