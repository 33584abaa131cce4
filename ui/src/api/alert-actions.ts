/** What a person does about an alert. */

import { request } from "./client";
import type { Alert, AlertDetail, OwnAccess, Silence, SilenceMatcher, SilencePreview } from "./types";

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
  matchers: SilenceMatcher[];
  starts_at?: string;
  ends_at: string;
  comment: string;
  author?: string;
  purpose?: string;
  namespace?: string;
}

export function silence(wanted: NewSilence): Promise<Silence> {
  return request("/api/v1/silences", json(wanted));
}

/** All of a silence anew, but for what is left out: its beginning and its namespace stay. */
export function changeSilence(id: string, wanted: NewSilence): Promise<Silence> {
  return request(`/api/v1/silences/${encodeURIComponent(id)}`, json(wanted, "PUT"));
}

/** Which alerts matchers would hold back; changes nothing. */
export function previewSilence(
  matchers: readonly SilenceMatcher[],
  namespace: string | null,
): Promise<SilencePreview> {
  return request("/api/v1/silences/preview", json({ matchers, namespace }));
}

export function oneSilence(id: string): Promise<Silence> {
  return request(`/api/v1/silences/${encodeURIComponent(id)}`, {});
}

/** A notification that was given up is tried again. */
export function retryNotification(id: string): Promise<void> {
  return request(`/api/v1/notifications/${encodeURIComponent(id)}/retry`, json({}));
}

/** What a token allows: the held one, or one that somebody wants to use. */
export function ownAccess(headers: Record<string, string> = {}): Promise<OwnAccess> {
  return request("/api/v1/access", { headers });
}

export function expireSilence(id: string): Promise<void> {
  return request(`/api/v1/silences/${encodeURIComponent(id)}`, taken());
}

/** Taken away. The server wants JSON of every page that changes something. */
function taken(): RequestInit {
  return { method: "DELETE", headers: { "content-type": "application/json" } };
}

function json(body: unknown, method = "POST"): RequestInit {
  return {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}
