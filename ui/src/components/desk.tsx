/** What is done about alerts, in place of the list of agents. Loaded when it is first opened. */

import type { RefObject } from "react";
import type { Screen } from "../hooks/use-route";
import "../styles/alerting.css";
import "../styles/desk.css";
import { AlertList } from "./alert-list";
import { NotificationList } from "./notification-list";
import { SilenceList } from "./silence-list";

/** What every list needs of the page around it. */
export interface ListPlace {
  /** The id of what is open beside the list. */
  open: string | null;
  scroller: RefObject<HTMLElement | null>;
  grid: RefObject<HTMLDivElement | null>;
  search: RefObject<HTMLInputElement | null>;
  /** Raised when somebody wants to see what waits. */
  release: number;
}

const TABS: readonly [Screen, string][] = [
  ["alerts", "Alerts"],
  ["silences", "Silences"],
  ["notifications", "Notifications"],
];
const LISTS = { alerts: AlertList, silences: SilenceList, notifications: NotificationList };

export default function Desk({ screen, ...place }: ListPlace & { screen: Screen }) {
  const List = screen === "agents" ? AlertList : LISTS[screen];
  return (
    <>
      <nav className="tabs" aria-label="Alerting">
        {TABS.map(([name, word]) => (
          <a key={name} href={`#/${name}`} aria-current={name === screen ? "page" : undefined}>
            {word}
          </a>
        ))}
      </nav>
      <List {...place} />
    </>
  );
}
