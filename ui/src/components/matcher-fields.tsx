/** Matchers of labels, a row each: the label, how it is compared, with what. */

import type { Draft } from "../alerts/silence";
import { OPS } from "../alerts/silence";
import type { SilenceMatcher } from "../api/types";
import { useSnapshot } from "../hooks/use-fleet";
import { Icon } from "./glyph";

const OP_WORDS: Record<string, string> = {
  "=": "is",
  "!=": "is not",
  "=~": "matches",
  "!~": "does not match",
};

interface MatcherFieldsProps {
  matchers: readonly SilenceMatcher[];
  refused: string | null;
  onChange: (part: Partial<Draft>) => void;
}

export function MatcherFields({ matchers, refused, onChange }: MatcherFieldsProps) {
  const labels = useLabels();
  const put = (place: number, part: Partial<SilenceMatcher>) =>
    onChange({ matchers: matchers.map((one, at) => (at === place ? { ...one, ...part } : one)) });
  return (
    <fieldset className="field" aria-describedby={refused === null ? undefined : "silence-matchers-refused"}>
      <legend>Alerts whose labels all match</legend>
      <datalist id="silence-labels">
        {labels.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      {matchers.map((matcher, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row has no other name than its place
        <div key={place} className="matcher">
          <input
            type="text"
            className="entry mono"
            // biome-ignore lint/a11y/noAutofocus: whoever asks for one more label goes on typing there
            autoFocus={place > 0 && matcher.name === "" && matcher.value === ""}
            aria-label={`Label ${place + 1}`}
            list="silence-labels"
            placeholder="agent"
            autoComplete="off"
            spellCheck={false}
            value={matcher.name}
            aria-invalid={refused !== null}
            onChange={(event) => put(place, { name: event.target.value })}
          />
          <select
            className="entry"
            aria-label={`Comparison ${place + 1}`}
            value={matcher.op}
            onChange={(event) => put(place, { op: event.target.value })}
          >
            {OPS.map((op) => (
              <option key={op} value={op}>
                {OP_WORDS[op]}
              </option>
            ))}
          </select>
          <input
            type="text"
            className="entry mono"
            aria-label={`Value ${place + 1}`}
            placeholder={matcher.op.endsWith("~") ? "bot-.*" : "bot-1"}
            autoComplete="off"
            spellCheck={false}
            value={matcher.value}
            aria-invalid={refused !== null}
            onChange={(event) => put(place, { value: event.target.value })}
          />
          <button
            type="button"
            className="icon-button"
            title="Take this one away"
            disabled={matchers.length === 1}
            onClick={(event) => {
              event.currentTarget.closest("fieldset")?.querySelector("input")?.focus();
              onChange({ matchers: matchers.filter((_, at) => at !== place) });
            }}
          >
            <Icon name="close" size={14} />
            <span className="hidden">Take matcher {place + 1} away</span>
          </button>
        </div>
      ))}
      <button
        type="button"
        className="link"
        onClick={() => onChange({ matchers: [...matchers, { name: "", op: "=", value: "" }] })}
      >
        One more label
      </button>
      {refused !== null && (
        <p id="silence-matchers-refused" className="refused" role="alert">
          {refused}
        </p>
      )}
    </fieldset>
  );
}

/** Labels that alerts of now have. */
function useLabels(): string[] {
  const { alerts } = useSnapshot();
  return [
    ...new Set(["alertname", "severity", ...alerts.flatMap((alert) => Object.keys(alert.labels))]),
  ].sort();
}
