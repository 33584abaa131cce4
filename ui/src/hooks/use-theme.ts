/** The theme: the system's, or the one chosen here, remembered. `public/theme.js` applies it before the first paint. */

import { useEffect, useState } from "react";

export type Theme = "system" | "light" | "dark";

const KEY = "swarmpulse.theme";
const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(remembered);
  useEffect(() => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      if (theme === "system") localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // Storage is denied: the choice lasts as long as the page.
    }
  }, [theme]);
  return [theme, () => setTheme((now) => NEXT[now])];
}

function remembered(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === "light" || theme === "dark" ? theme : "system";
}
