/** Alerts: what fires, what is held back, and what was, with what was done about it. */

import { useCallback, useMemo, useState } from "react";
import { alertHash } from "../alerts/address";
import { alertWords } from "../alerts/held-back";
import { type AlertLine, alertLines, episodeId, heldSeconds, reasonOf, tagsOf } from "../alerts/listing";
import { type AlertQuery, alertPage } from "../api/alerting";
import type { Alert } from "../api/types";
import { SEVERITY_WORDS, type Severity, severityOf } from "../findings/list";
import { asSentence } from "../fleet/sentence";
import { count } from "../format/quantity";
import { duration, exactTime, listTime } from "../format/time";
import { useSnapshot } from "../hooks/use-fleet";
import { usePages } from "../hooks/use-pages";
import { useSettledText } from "../hooks/use-settled-text";
import type { ListPlace } from "./desk";
import { Chip, DeskList } from "./desk-list";
import { SubjectName } from "./finding-list";
import { SeverityGlyph } from "./glyph";
import { Cell } from "./row-grid";
import { Search } from "./top-bar";

const SEVERITIES: readonly Severity[] = ["critical", "warning", "info"];
const OPEN_MOST = 1_000;
const PAGE = 200;
/** Beside a panel a line has no room for what an alert says. */
const HEIGHTS = { wide: 28, narrow: 52, below: 900 };

export function AlertList(place: ListPlace) {
  const [text, setText] = useState("");
  const [severities, setSeverities] = useState<readonly Severity[]>([]);
  const [namespace, setNamespace] = useState<string | null>(null);
  const query: AlertQuery = { text: useSettledText(text.trim()), severities, namespace };
  const wish = JSON.stringify(query);
  const { alerts: changed } = useSnapshot();
  const [firing] = usePages({
    read: () => alertPage("open", query, OPEN_MOST, null),
    idOf: episodeId,
    wish,
    changed,
    whole: true,
  });
  const [past, more, again] = usePages({
    read: (cursor) => alertPage("resolved", query, PAGE, cursor),
    idOf: episodeId,
    wish,
    changed,
  });
  const held = useMemo(
    () => ({
      ...past,
      items: [...firing.items, ...past.items],
      ready: past.ready && firing.ready,
      problem: past.problem ?? firing.problem,
    }),
    [firing, past],
  );
  const lines = useMemo(
    () => alertLines(firing.items, past.items, { open: firing.next !== null, past: past.next !== null }),
    [firing, past],
  );
  const end = useCallback(() => past.resting || more(), [past.resting, more]);
  const namespaces = useNamespaces(held.items, namespace);
  const filtered = text.trim() !== "" || severities.length > 0 || namespace !== null;
  return (
    <section aria-label="Alerts">
      <DeskList
        place={place}
        held={held}
        one="alert"
        onMore={more}
        onAgain={again}
        filters={
          <>
            <Search
              words="Search alerts"
              hint="Name, subject or words"
              text={text}
              input={place.search}
              onText={setText}
            />
            {SEVERITIES.map((severity) => (
              <Chip
                key={severity}
                pressed={severities.includes(severity)}
                data-severity={severity}
                onPress={() => setSeverities(toggled(severities, severity))}
              >
                <SeverityGlyph severity={severity} /> {SEVERITY_WORDS[severity]}
              </Chip>
            ))}
            {namespaces.length > 1 && (
              <label>
                <span className="hidden">Namespace</span>
                <select
                  className="entry"
                  value={namespace ?? ""}
                  onChange={(event) => setNamespace(event.target.value || null)}
                >
                  <option value="">All namespaces</option>
                  {namespaces.map((name) => (
                    <option key={name}>{name}</option>
                  ))}
                </select>
              </label>
            )}
          </>
        }
        empty={
          filtered ? (
            <>
              <h2>No alert matches</h2>
              <p>
                Neither one that fires nor one of the past. The name, the subject and the sentence are
                searched.
              </p>
            </>
          ) : (
            <>
              <h2>Nothing fires, and nothing has</h2>
              <p>
                <code>swarmpulse rules list</code> says what would raise an alert;{" "}
                <a href="#/notifications">Notifications</a> whom it would tell.
              </p>
            </>
          )
        }
        list="alerts"
        lines={lines}
        wish={wish}
        rowHeights={HEIGHTS}
        isHead={(line) => line.kind === "head"}
        isOpen={(line) => line.kind === "alert" && line.alert.id === place.open}
        onOpen={(line) => {
          if (line.kind === "alert") location.hash = alertHash(line.alert.id);
        }}
        onEnd={end}
      >
        {cells}
      </DeskList>
    </section>
  );
}

function cells(line: AlertLine, now: number) {
  if (line.kind === "head")
    return (
      <div role="gridcell">
        <h2>
          {line.words}{" "}
          <span className="dim">
            {count(line.count)}
            {line.more && "+"}
          </span>
        </h2>
      </div>
    );
  const { alert } = line;
  const severity = severityOf(alert.severity);
  const over = alert.state === "resolved";
  const tags = tagsOf(alert);
  const at = alert.resolved_at ?? alert.started_at;
  const reason = asSentence(reasonOf(alert));
  return (
    <>
      <div role="gridcell" className="cell level" data-severity={over ? "over" : severity}>
        <SeverityGlyph severity={severity} />
        <span className="severity">{SEVERITY_WORDS[severity]}</span>
      </div>
      <Cell name="name" title={alertWords(alert.name)}>
        <a href={alertHash(alert.id)} tabIndex={-1}>
          {alertWords(alert.name)}
        </a>
      </Cell>
      <Cell name="subject" title={alert.subject}>
        {alert.subject !== "" && alert.subject_kind !== "monitor" && (
          <SubjectName
            subject={{ namespace: alert.namespace, kind: alert.subject_kind, id: alert.subject }}
            tabIndex={-1}
          />
        )}
      </Cell>
      <Cell name="reason" title={[...tags, reason].join(", ")}>
        {tags.length > 0 && <span className="tags">{tags.join(", ")}</span>}
        {reason}
      </Cell>
      <Cell name="for">{duration(heldSeconds(alert, now))}</Cell>
      <Cell name="when">
        <time dateTime={at} title={`${over ? "Until" : "Since"} ${exactTime(at)}`}>
          {over ? "until" : "since"} {listTime(at, now)}
        </time>
      </Cell>
    </>
  );
}

function toggled(chosen: readonly Severity[], severity: Severity): Severity[] {
  return chosen.includes(severity) ? chosen.filter((one) => one !== severity) : [...chosen, severity];
}

/** Namespaces that were seen; a filter takes none of them away. */
function useNamespaces(alerts: readonly Alert[], chosen: string | null): string[] {
  const [seen] = useState(() => new Set<string>());
  return useMemo(() => {
    for (const alert of alerts) seen.add(alert.namespace);
    if (chosen !== null) seen.add(chosen);
    return [...seen].sort();
  }, [seen, alerts, chosen]);
}
