/** The left rail: where one is, the theme, the keys. On a narrow screen it lies on top. */

import { heldToken } from "../api/token";
import type { Theme } from "../hooks/use-theme";
import { Icon, type IconName } from "./glyph";

const THEME_WORDS: Record<Theme, string> = {
  system: "Theme: as the system",
  light: "Theme: light",
  dark: "Theme: dark",
};

interface RailProps {
  theme: Theme;
  version: string | null;
  /** Which entry names what is shown. */
  here: string;
  onTheme: () => void;
  onKeys: () => void;
}

const ENTRIES: readonly [name: string, hash: string, word: string, icon: IconName][] = [
  ["agents", "#/", "Agents", "agents"],
  ["alerts", "#/alerts", "Alerts", "alert"],
  ["objectives", "#/objectives", "Objectives", "target"],
];
const TOKEN = ["token", "#/token", "Token", "token"] as const;

export function Rail({ theme, version, here, onTheme, onKeys }: RailProps) {
  const entries = heldToken() === null ? ENTRIES : [...ENTRIES, TOKEN];
  return (
    <nav className="rail" aria-label="Pages">
      <span className="mark" title={version === null ? "Swarmpulse" : `Swarmpulse ${version}`}>
        <Icon name="pulse" size={20} />
      </span>
      {entries.map(([name, hash, word, icon]) => (
        <a
          key={name}
          className="rail-entry"
          href={hash}
          aria-current={name === here ? "page" : undefined}
          title={word}
        >
          <Icon name={icon} size={18} />
          <span className="rail-word">{word}</span>
        </a>
      ))}
      <span className="rail-space" />
      <button type="button" className="rail-entry" onClick={onTheme} title={`${THEME_WORDS[theme]} (t)`}>
        <Icon name={theme} size={18} />
        <span className="hidden">{THEME_WORDS[theme]}</span>
      </button>
      <button type="button" className="rail-entry" onClick={onKeys} title="Keys (?)">
        <Icon name="keys" size={18} />
        <span className="hidden">Keys</span>
      </button>
    </nav>
  );
}
