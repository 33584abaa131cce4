/** How far what is shown can be believed: live, or as of when. */

/** Nothing heard for so long while the stream seems open: then ages are no longer counted on. */
export const STALE_AFTER_MS = 15_000;

export type Connection =
  | { state: "connecting" }
  | { state: "live" }
  | { state: "reconnecting"; since: number }
  | { state: "stale"; since: number }
  | { state: "paused"; since: number };

/** What the page knows of its contact with the server, in local time. */
export interface Contact {
  pausedAt: number | null;
  streamOpen: boolean;
  /** When the stream was lost; null before it was ever open. */
  lostAt: number | null;
  lastHeard: number | null;
}

export function connectionOf(contact: Contact, now: number): Connection {
  if (contact.pausedAt !== null) return { state: "paused", since: contact.pausedAt };
  if (!contact.streamOpen) {
    return contact.lostAt === null
      ? { state: "connecting" }
      : { state: "reconnecting", since: contact.lostAt };
  }
  if (contact.lastHeard !== null && now - contact.lastHeard > STALE_AFTER_MS) {
    return { state: "stale", since: contact.lastHeard };
  }
  return { state: "live" };
}

/** The local time up to which the server's words are known: ages are counted to here. */
export function knownUntil(contact: Contact, now: number): number {
  if (contact.pausedAt !== null) return contact.pausedAt;
  const live = connectionOf(contact, now).state === "live";
  return live || contact.lastHeard === null ? now : contact.lastHeard;
}
