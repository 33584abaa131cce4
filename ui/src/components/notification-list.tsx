/** Notifications: who is told by which channel, what waits, and what was given up and can be tried again. */

import { useMemo, useRef, useState } from "react";
import { alertHash } from "../alerts/address";
import { OUTCOME_WORDS, type Outcome, outcomeOf, toldWords, troubleWords } from "../alerts/notification";
import { retryNotification } from "../api/alert-actions";
import { notificationPage } from "../api/alerting";
import { type ApiError, asApiError } from "../api/client";
import type { Notification, Notifications } from "../api/types";
import { count } from "../format/quantity";
import { exactTime, listTime } from "../format/time";
import { mayChange, useAccess } from "../hooks/use-access";
import { useSnapshot } from "../hooks/use-fleet";
import { usePages } from "../hooks/use-pages";
import type { ListPlace } from "./desk";
import { Chip, DeskList } from "./desk-list";
import { Icon, SeverityGlyph } from "./glyph";
import { LooksOnly } from "./looks-only";
import { Receivers } from "./receivers";
import { Cell } from "./row-grid";

const OUTCOMES: readonly Outcome[] = ["waiting", "dead", "delivered"];
const PAGE = 100;
const HEIGHTS = { wide: 52, narrow: 72 };

export function NotificationList(place: ListPlace) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [counts, setCounts] = useState<{ waiting: number; dead: number } | null>(null);
  const [retried, setRetried] = useState(0);
  const { alerts } = useSnapshot();
  const access = useAccess();
  const [list, more, again] = usePages<Notification, Notifications>({
    read: (cursor) => notificationPage(outcome, PAGE, cursor),
    idOf,
    wish: outcome ?? "",
    changed: alerts,
    onPage: ({ waiting, dead }) => setCounts({ waiting, dead }),
  });
  const may = mayChange(access);
  const tried = () => {
    setRetried(retried + 1);
    again();
  };
  // One that was tried again is no longer of the outcome that is asked for.
  const lines = useMemo(
    () => list.items.filter((told) => outcome === null || outcomeOf(told.outcome) === outcome),
    [list.items, outcome],
  );
  return (
    <section aria-label="Notifications">
      <Receivers changed={`${retried} ${counts?.waiting} ${counts?.dead}`} />
      {!may && <LooksOnly />}
      <DeskList
        place={place}
        held={list}
        one="notification"
        onMore={more}
        onAgain={again}
        filters={OUTCOMES.map((one) => (
          <Chip key={one} pressed={outcome === one} onPress={() => setOutcome(outcome === one ? null : one)}>
            {one !== "delivered" && counts !== null && (
              <span className="chip-count">{count(counts[one as "dead"])}</span>
            )}{" "}
            {OUTCOME_WORDS[one].toLowerCase()}
          </Chip>
        ))}
        empty={
          outcome === null ? (
            <>
              <h2>No message yet</h2>
              <p>What is told of alerts appears here, with what became of it.</p>
            </>
          ) : (
            <h2>None of these</h2>
          )
        }
        list="notifications"
        lines={lines}
        wish={outcome ?? ""}
        rowHeights={HEIGHTS}
        isOpen={(told) => place.open !== null && told.alerts[0]?.id === place.open}
        onOpen={(told) => {
          const first = told.alerts[0];
          if (first !== undefined) location.hash = alertHash(first.id);
        }}
        onEnd={list.resting ? again : more}
      >
        {(told, now) => <Cells told={told} now={now} may={may} onTried={tried} />}
      </DeskList>
    </section>
  );
}

interface CellsProps {
  told: Notification;
  now: number;
  may: boolean;
  onTried: () => void;
}

function Cells({ told, now, may, onTried }: CellsProps) {
  const outcome = outcomeOf(told.outcome);
  const first = told.alerts[0];
  return (
    <>
      <div role="gridcell" className="cell level" data-outcome={outcome}>
        {outcome === "dead" ? (
          <SeverityGlyph severity="critical" />
        ) : (
          <Icon name={ICONS[outcome]} size={14} />
        )}
        <span>{OUTCOME_WORDS[outcome]}</span>
      </div>
      <Cell name="name" title={toldWords(told)}>
        {first === undefined ? (
          toldWords(told)
        ) : (
          <a href={alertHash(first.id)} tabIndex={-1}>
            {toldWords(told)}
          </a>
        )}
      </Cell>
      <Cell name="when">
        <time dateTime={told.at} title={exactTime(told.at)}>
          {listTime(told.at, now)}
        </time>
      </Cell>
      <Cell name="why" title={troubleWords(told)}>
        {told.receiver} <span className="mono">{told.channel}</span>
        {troubleWords(told) !== "" && `: ${troubleWords(told)}`}
      </Cell>
      <Cell name="holds">
        {outcome === "dead" && may && <Retry key={told.id} id={told.id} onTried={onTried} />}
      </Cell>
    </>
  );
}

const ICONS = { waiting: "clock", delivered: "tick", unknown: "blind" } as const;

/** What the server refuses is said in the place of the button. */
function Retry({ id, onTried }: { id: string; onTried: () => void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  const retry = () => {
    if (busy) return;
    setBusy(true);
    setProblem(null);
    retryNotification(id)
      .then(
        () => {
          // The button goes: the list takes the keyboard.
          if (document.activeElement === button.current)
            button.current?.closest<HTMLElement>(".grid")?.focus();
          onTried();
        },
        (thrown) => setProblem(asApiError(thrown)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      {problem !== null && (
        <span className="refused" role="alert" title={problem.message}>
          {problem.message || problem.title}
        </span>
      )}
      <button ref={button} type="button" className="button small" aria-disabled={busy} onClick={retry}>
        Try again
      </button>
    </>
  );
}

const idOf = (told: Notification) => told.id;
