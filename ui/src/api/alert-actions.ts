/** What a person does about an alert. */

import { request } from "./client";
import type { Alert, AlertDetail } from "./types";

const path = (id: string) => `/api/v1/alerts/${encodeURIComponent(id)}`;

export function alertDetail(id: string): Promise<AlertDetail> {
  return request(path(id), {});
}

/** Takes an alert in hand: it is not told again until it is over. */
export function acknowledge(id: string, comment: string): Promise<Alert> {
  return request(`${path(id)}/acknowledge`, json({ comment }));
}

export function giveBack(id: string): Promise<void> {
  return request(`${path(id)}/acknowledge`, taken());
}

export interface NewSilence {
  matchers: { name: string; op: string; value: string }[];
  ends_at: string;
  comment: string;
}

export function silence(wanted: NewSilence): Promise<unknown> {
  return request("/api/v1/silences", json(wanted));
}

export function expireSilence(id: string): Promise<void> {
  return request(`/api/v1/silences/${encodeURIComponent(id)}`, taken());
}

/** Taken away. The server wants JSON of every page that changes something. */
function taken(): RequestInit {
  return { method: "DELETE", headers: { accept: "application/json", "content-type": "application/json" } };
}

function json(body: unknown): RequestInit {
  return {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}
