/** Addresses of alerts and silences in this page: `#/alerts/ID`, `#/silences/ID`, `#/silences/new`. */

export function alertHash(id: string): string {
  return `#/alerts/${encodeURIComponent(id)}`;
}

/** The id of the alert that an address names, if it names one. */
export function parseAlertHash(hash: string): string | null {
  return decoded(/^#\/alerts\/([^/]+)$/.exec(hash)?.[1]);
}

/** `new` is a silence that is still to be made. */
export function silenceHash(id: string): string {
  return `#/silences/${encodeURIComponent(id)}`;
}

/** A new silence, filled in from an alert or from another silence; or one to be changed. */
export function newSilenceHash(from?: { alert: string } | { silence: string } | { change: string }): string {
  return from === undefined ? "#/silences/new" : `#/silences/new?${new URLSearchParams(from)}`;
}

/** The id of the silence that an address names, or `new?...`, if it names one. */
export function parseSilenceHash(hash: string): string | null {
  return decoded(/^#\/silences\/([^/]+)$/.exec(hash)?.[1]);
}

function decoded(id: string | undefined): string | null {
  if (id === undefined) return null;
  try {
    return id.startsWith("new?") ? id : decodeURIComponent(id);
  } catch {
    return null;
  }
}
