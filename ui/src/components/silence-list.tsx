/** Silences and maintenance: what is held back, until when, by whom and why. */

import { type ReactNode, useState } from "react";
import { newSilenceHash, silenceHash } from "../alerts/address";
import { orderSilences, type SilenceState, STATE_WORDS, stateAt, whenOf } from "../alerts/silence";
import { silencePage } from "../api/alerting";
import type { Page, Silence } from "../api/types";
import { count, counted } from "../format/quantity";
import { exactTime } from "../format/time";
import { mayChange, useAccess } from "../hooks/use-access";
import { useNow, useSnapshot } from "../hooks/use-fleet";
import { usePages } from "../hooks/use-pages";
import type { ListPlace } from "./desk";
import { Chip, DeskList } from "./desk-list";
import { Icon } from "./glyph";
import { LooksOnly } from "./looks-only";
import { Cell } from "./row-grid";
import { Search } from "./top-bar";

const STATES: readonly SilenceState[] = ["active", "pending", "expired"];
const PAGE = 1_000;
/** As many pages as the server has silences at most. */
const PAGES_MOST = 10;
const HEIGHTS = { wide: 52, narrow: 72 };

export function SilenceList(place: ListPlace) {
  const [text, setText] = useState("");
  const [state, setState] = useState<SilenceState | null>(null);
  const now = useNow();
  const { alerts: changed } = useSnapshot();
  const may = mayChange(useAccess());
  // What is open beside the list may have changed it.
  const [all, more, again] = usePages({
    read: everySilence,
    idOf,
    wish: place.open ?? "",
    changed,
    whole: true,
  });
  const counts = { active: 0, pending: 0, expired: 0 };
  for (const silence of all.items) counts[stateAt(silence, now)] += 1;
  const needle = text.trim().toLowerCase();
  const shown = orderSilences(all.items, now).filter(
    (silence) => (state === null || stateAt(silence, now) === state) && says(silence).includes(needle),
  );
  return (
    <section aria-label="Silences">
      {!may && <LooksOnly />}
      <DeskList
        place={place}
        held={all}
        one="silence"
        onMore={more}
        onAgain={again}
        filters={
          <>
            <Search
              words="Search silences"
              hint="Label, author, comment"
              text={text}
              input={place.search}
              onText={setText}
            />
            {STATES.map((one) => (
              <Chip key={one} pressed={state === one} onPress={() => setState(state === one ? null : one)}>
                <span className="chip-count">{count(counts[one])}</span> {STATE_WORDS[one].toLowerCase()}
              </Chip>
            ))}
            {may && (
              <a className="button" href={newSilenceHash()}>
                New silence
              </a>
            )}
          </>
        }
        empty={all.items.length > 0 ? <h2>No silence matches</h2> : <NoSilences />}
        list="silences"
        lines={shown}
        wish={`${state} ${needle}`}
        rowHeights={HEIGHTS}
        isOpen={(silence) => silence.id === place.open}
        onOpen={(silence) => {
          location.hash = silenceHash(silence.id);
        }}
        onEnd={nothingMore}
      >
        {may ? cellsToChange : cells}
      </DeskList>
    </section>
  );
}

function cellsToChange(silence: Silence, now: number) {
  const over = stateAt(silence, now) === "expired";
  return cells(
    silence,
    now,
    !over && (
      <a href={newSilenceHash({ change: silence.id })} tabIndex={-1}>
        Change
      </a>
    ),
  );
}

function cells(silence: Silence, now: number, change: ReactNode = null) {
  const state = stateAt(silence, now);
  const when = whenOf(silence, now);
  return (
    <>
      <div role="gridcell" className="cell level" data-silence={state}>
        <Icon name={silence.purpose === "maintenance" ? "tool" : "silence"} size={14} />
        <span>{STATE_WORDS[state]}</span>
      </div>
      <Cell name="name" title={silence.text}>
        <a className="mono" href={silenceHash(silence.id)} tabIndex={-1}>
          {silence.namespace !== null && <span className="dim">{silence.namespace} </span>}
          {silence.text}
        </a>
      </Cell>
      <Cell name="when">
        <time dateTime={when.at} title={exactTime(when.at)}>
          {when.words}
        </time>
      </Cell>
      <Cell name="why" title={silence.comment}>
        {silence.purpose === "maintenance" && <strong>Maintenance </strong>}
        {silence.author}: {silence.comment}
      </Cell>
      <Cell name="holds">
        {state === "active" &&
          (silence.alerts === 0
            ? "holds nothing back"
            : `holds back ${counted(silence.alerts, "alert")}`)}{" "}
        {change}
      </Cell>
    </>
  );
}

function NoSilences() {
  return (
    <>
      <h2>Nothing is silenced</h2>
      <p>
        A silence holds back messages, not alerts: they stay in the list. Open an alert to silence it, or make
        one here for planned work. <code>swarmpulse silence</code> does the same in a terminal.
      </p>
    </>
  );
}

async function everySilence(): Promise<Page<Silence>> {
  const items: Silence[] = [];
  let next: string | null = null;
  for (let pages = 0; pages < PAGES_MOST; pages += 1) {
    const page: Page<Silence> = await silencePage(PAGE, next);
    items.push(...page.items);
    next = page.next;
    if (next === null) break;
  }
  return { items, next: null };
}

const idOf = (silence: Silence) => silence.id;
const nothingMore = () => {};

function says({ text, author, comment, purpose }: Silence): string {
  return `${text} ${author} ${comment} ${purpose}`.toLowerCase();
}
