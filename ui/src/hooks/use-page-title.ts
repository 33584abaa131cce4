/** The tab tells the fleet: its title is the sentence, its icon red when an agent is down, violet when blind. */

import { useEffect } from "react";
import type { Summary } from "../api/types";
import type { Connection } from "../fleet/connection";
import { pageTitle } from "../fleet/sentence";

export function usePageTitle(sentence: string, connection: Connection, summary: Summary | null): void {
  const connected = connection.state !== "reconnecting" && connection.state !== "stale";
  useEffect(() => {
    document.title = pageTitle(sentence, connected);
  }, [sentence, connected]);

  const icon = summary?.monitor_blind ? "-blind" : (summary?.verdicts.down ?? 0) > 0 ? "-down" : "";
  useEffect(() => {
    document.querySelector('link[rel="icon"]')?.setAttribute("href", `/favicon${icon}.svg`);
  }, [icon]);
}
