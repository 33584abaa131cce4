/** The left rail: where one is, the theme, the keys. On a narrow screen it lies on top. */

import type { Theme } from "../hooks/use-theme";
import { Icon } from "./glyph";

const THEME_WORDS: Record<Theme, string> = {
  system: "Theme: as the system",
  light: "Theme: light",
  dark: "Theme: dark",
};

interface RailProps {
  theme: Theme;
  version: string | null;
  objectives: boolean;
  onTheme: () => void;
  onKeys: () => void;
}

export function Rail({ theme, version, objectives, onTheme, onKeys }: RailProps) {
  return (
    <nav className="rail" aria-label="Pages">
      <span className="mark" title={version === null ? "Swarmpulse" : `Swarmpulse ${version}`}>
        <Icon name="pulse" size={20} />
      </span>
      <a className="rail-entry" href="#/" aria-current={objectives ? undefined : "page"} title="Agents">
        <Icon name="agents" size={18} />
        <span className="rail-word">Agents</span>
      </a>
      <a
        className="rail-entry"
        href="#/objectives"
        aria-current={objectives ? "page" : undefined}
        title="Objectives"
      >
        <Icon name="target" size={18} />
        <span className="rail-word">Objectives</span>
      </a>
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
