/** An alert's address in this page: `#/alerts/ID`. */

export function alertHash(id: string): string {
  return `#/alerts/${encodeURIComponent(id)}`;
}

/** The id of the alert that an address names, if it names one. */
export function parseAlertHash(hash: string): string | null {
  const id = /^#\/alerts\/([^/]+)$/.exec(hash)?.[1];
  if (id === undefined) return null;
  try {
    return decodeURIComponent(id);
  } catch {
    return null;
  }
}
