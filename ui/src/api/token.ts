/** The token that requests carry: kept for this tab alone, never in an address and never in lasting storage. */

const KEY = "swarmpulse.token";

// Where storage is denied, the token lasts as long as the page.
let held: string | null = read();

export function heldToken(): string | null {
  return held;
}

/** Holds another token from now on; null forgets it. */
export function holdToken(token: string | null): void {
  held = token;
  try {
    if (token === null) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, token);
  } catch {
    // Storage is denied.
  }
}

/** The header that carries it, if there is one. */
export function tokenHeader(token: string | null = held): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

function read(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}
