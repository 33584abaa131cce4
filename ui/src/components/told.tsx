/** Who was told of an alert; or why nobody was. */

import { heldBack } from "../alerts/held-back";
import { nobodyWords, OUTCOME_WORDS, outcomeOf, troubleWords } from "../alerts/notification";
import type { Alert, Notification } from "../api/types";
import { exactTime, listTime } from "../format/time";
import { useReceivers } from "../hooks/use-receivers";
import { NoChannel } from "./no-channel";

export function Nobody({ alert }: { alert: Alert }) {
  const [known] = useReceivers(alert.id);
  if (alert.state !== "resolved" && known?.every((receiver) => receiver.channels.length === 0))
    return <NoChannel />;
  return <p className="dim">{nobodyWords(alert, heldBack(alert), known ?? [])}</p>;
}

export function Told({ told, now }: { told: Notification; now: number }) {
  const outcome = outcomeOf(told.outcome);
  const trouble = troubleWords(told);
  return (
    <li>
      <span className="dim">
        <Moment at={told.at} now={now} />
      </span>
      <span>
        {told.receiver} <span className="mono dim">{told.channel}</span> {told.reason},{" "}
        {OUTCOME_WORDS[outcome].toLowerCase()}
        {trouble !== "" && <span className="dim">: {trouble}</span>}
        {outcome === "dead" && (
          <>
            {" "}
            <a href="#/notifications">Try it again</a>
          </>
        )}
      </span>
    </li>
  );
}

export function Moment({ at, now }: { at: string; now: number }) {
  return (
    <time dateTime={at} title={exactTime(at)}>
      {listTime(at, now)}
    </time>
  );
}
