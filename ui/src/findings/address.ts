/** A finding's address in this page: `#/findings/ID`. */

export function findingHash(id: string): string {
  return `#/findings/${encodeURIComponent(id)}`;
}

/** The id of the finding that an address names, if it names one. */
export function parseFindingHash(hash: string): string | null {
  const id = /^#\/findings\/([^/]+)$/.exec(hash)?.[1];
  if (id === undefined) return null;
  try {
    return decodeURIComponent(id);
  } catch {
    return null;
  }
}
