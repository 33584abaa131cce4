/** The top bar: the fleet in one sentence, the search, and whether this is live. */

import type { RefObject } from "react";
import type { Connection } from "../fleet/connection";
import { clockTime } from "../format/time";
import { Icon } from "./glyph";

interface TopBarProps {
  sentence: string;
  detail: string;
  text: string;
  /** Null where the list below has a search of its own. */
  search: RefObject<HTMLInputElement | null> | null;
  /** Null where nothing can be heard at all. */
  connection: Connection | null;
  onText: (text: string) => void;
  onPause: () => void;
}

export function TopBar({ sentence, detail, text, search, connection, onText, onPause }: TopBarProps) {
  return (
    <header className="top">
      <div className="top-words">
        <h1>
          {sentencesOf(sentence).map((part) => (
            <span key={part}>{part} </span>
          ))}
        </h1>
        <p className="top-detail">{detail}</p>
      </div>
      <div className="top-tools">
        {search !== null && (
          <Search
            words="Search agents"
            hint="Search, or host:web-1"
            text={text}
            input={search}
            onText={onText}
          />
        )}
        {connection !== null && <LiveButton connection={connection} onPause={onPause} />}
      </div>
    </header>
  );
}

interface SearchProps {
  words: string;
  hint: string;
  text: string;
  input: RefObject<HTMLInputElement | null>;
  onText: (text: string) => void;
}

/** A field to search in; `/` leads there, Escape empties and then leaves it. */
export function Search({ words, hint, text, input, onText }: SearchProps) {
  return (
    <label className="search">
      <Icon name="search" size={14} />
      <span className="hidden">{words}</span>
      <input
        ref={input}
        type="search"
        value={text}
        placeholder={hint}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => onText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") {
            event.preventDefault();
            if (text === "") event.currentTarget.blur();
            else onText("");
          }
        }}
      />
      <kbd>/</kbd>
    </label>
  );
}

function LiveButton({ connection, onPause }: { connection: Connection; onPause: () => void }) {
  const paused = connection.state === "paused";
  return (
    <button
      type="button"
      className="button live"
      data-state={connection.state}
      aria-pressed={paused}
      title={paused ? "Go on (p)" : "Hold everything as it is (p)"}
      onClick={onPause}
    >
      <span className="live-dot" aria-hidden="true" />
      <span aria-live="polite">{connectionWords(connection)}</span>
      <Icon name={paused ? "play" : "pause"} size={12} />
    </button>
  );
}

// A line breaks between sentences before it breaks within one.
function sentencesOf(text: string): string[] {
  return text.split(/(?<=\.) /);
}

function connectionWords(connection: Connection): string {
  switch (connection.state) {
    case "connecting":
      return "Connecting";
    case "live":
      return "Live";
    case "reconnecting":
      return `Reconnecting since ${clockTime(connection.since)}`;
    case "stale":
      return `Nothing heard since ${clockTime(connection.since)}`;
    case "paused":
      return `Paused at ${clockTime(connection.since)}`;
  }
}
