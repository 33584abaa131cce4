/** The controller for every component, and the snapshot it shows. */

import { createContext, useContext, useEffect, useReducer, useSyncExternalStore } from "react";
import type { Connection } from "../fleet/connection";
import type { FleetController, Snapshot } from "../fleet/controller";

export const FleetContext = createContext<FleetController | null>(null);

export function useFleet(): FleetController {
  const fleet = useContext(FleetContext);
  if (fleet === null) throw new Error("no FleetContext around this component");
  return fleet;
}

export function useSnapshot(): Snapshot {
  const fleet = useFleet();
  return useSyncExternalStore(fleet.subscribe, fleet.current);
}

/** The server's time in milliseconds, anew every second; it stands still when the page is not live. */
export function useNow(): number {
  const fleet = useFleet();
  useTick();
  return fleet.now();
}

export function useConnection(): Connection {
  const fleet = useFleet();
  useSnapshot();
  useTick();
  return fleet.connection();
}

function useTick(): void {
  const [, tick] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(tick, 1_000);
    return () => clearInterval(timer);
  }, []);
}
