/** What the page may do: asked once, since another token means another page. */

import { useEffect, useState } from "react";
import { ownAccess } from "../api/alert-actions";
import type { OwnAccess } from "../api/types";

let asked: Promise<OwnAccess> | null = null;

/** Null until it is known, and where the server does not tell. */
export function useAccess(): OwnAccess | null {
  const [access, setAccess] = useState<OwnAccess | null>(null);
  useEffect(() => {
    let current = true;
    asked ??= ownAccess();
    asked.then(
      (found) => current && setAccess(found),
      () => {
        asked = null;
      },
    );
    return () => {
      current = false;
    };
  }, []);
  return access;
}

/** Whether it may change something; what is not known is tried. */
export function mayChange(access: OwnAccess | null): boolean {
  return access === null || access.scope === "admin";
}
