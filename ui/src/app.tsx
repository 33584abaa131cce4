/** The page: the fleet's sentence, its counts, what is wrong, and the list of agents. */

import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import type { Verdict } from "./api/types";
import { AgentTable } from "./components/agent-table";
import { Counts } from "./components/counts";
import { FindingList } from "./components/finding-list";
import { ListFoot } from "./components/list-foot";
import { AlertStrip, BlindBanner, ProblemNotice } from "./components/notices";
import { Rail } from "./components/rail";
import { Skeleton } from "./components/skeleton";
import { TopBar } from "./components/top-bar";
import { alertsBeside } from "./findings/list";
import { keyOf } from "./fleet/agent-key";
import type { Snapshot } from "./fleet/controller";
import { type Filter, NO_FILTER, toggleVerdict } from "./fleet/filter";
import { fleetSentence } from "./fleet/sentence";
import { countVerdicts } from "./fleet/verdict";
import { count, counted } from "./format/quantity";
import { useConnection, useFleet, useNow, useSnapshot } from "./hooks/use-fleet";
import { usePageTitle } from "./hooks/use-page-title";
import {
  closePanel,
  useOpenAgent,
  useOpenAlert,
  useOpenFinding,
  useOpenPanel,
  useOpenSilence,
  useScreen,
} from "./hooks/use-route";
import { useRows } from "./hooks/use-rows";
import { useShortcuts } from "./hooks/use-shortcuts";
import { useTheme } from "./hooks/use-theme";

// Panels and further lists are not needed before someone opens one.
const NoAgents = lazy(() => import("./components/no-agents"));
const NoMatches = lazy(() => import("./components/no-matches"));
const HelpDialog = lazy(() => import("./components/help-dialog"));
const Desk = lazy(() => import("./components/desk"));
const TokenEntry = lazy(() => import("./components/token-entry"));
const SilencePanel = lazy(() => import("./components/silence-panel"));
const AgentPanel = lazy(() => import("./components/agent-panel"));
const AlertPanel = lazy(() => import("./components/alert-panel"));
const ObjectivesPanel = lazy(() => import("./components/objectives-panel"));
const FindingPanel = lazy(() => import("./components/finding-panel"));

export function App() {
  const fleet = useFleet();
  const snapshot = useSnapshot();
  const connection = useConnection();
  const now = useNow();
  const opened = useOpenAgent();
  const openKey = opened === null ? null : keyOf(opened);
  const openFinding = useOpenFinding();
  const openAlert = useOpenAlert();
  const openSilence = useOpenSilence();
  const other = useOpenPanel();
  const locked = snapshot.problem?.status === 401;
  const panel = locked ? null : (openKey ?? openFinding ?? openAlert ?? openSilence ?? other);
  const screen = useScreen();
  const [theme, nextTheme] = useTheme();
  const [filter, setFilter] = useState<Filter>(NO_FILTER);
  const [held, setHeld] = useState(false);
  const [release, setRelease] = useState(0);
  const [help, setHelp] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const grid = useRef<HTMLDivElement>(null);

  const rows = useRows(snapshot, useDeferredValue(filter), held, release);
  const counts = useCounts(snapshot);
  const sentence = locked
    ? "A token is needed."
    : fleetSentence(snapshot.summary, snapshot.phase === "ready" ? counts : null);
  usePageTitle(sentence, locked ? { state: "connecting" } : connection, snapshot.summary);

  const togglePause = useCallback(
    () => (fleet.connection().state === "paused" ? fleet.resume() : fleet.pause()),
    [fleet],
  );
  const showNew = useCallback(() => setRelease((times) => times + 1), []);
  const clear = useCallback(() => setFilter(NO_FILTER), []);
  const leave = useCallback(() => (panel === null ? clear() : closePanel()), [panel, clear]);
  const toGrid = useCallback(() => grid.current?.focus({ preventScroll: true }), []);
  useShortcuts(
    useMemo(
      () => ({
        "/": () => search.current?.focus(),
        "?": () => setHelp(true),
        Escape: leave,
        n: showNew,
        p: togglePause,
        t: nextTheme,
        j: toGrid,
        k: toGrid,
      }),
      [leave, showNew, togglePause, nextTheme, toGrid],
    ),
  );
  useFocusBack(panel, grid);

  const empty = snapshot.phase === "ready" && snapshot.agents.size === 0;
  return (
    <div className="page" data-panel={panel !== null} data-connection={connection.state}>
      <Rail
        theme={theme}
        version={snapshot.summary?.own.version ?? null}
        here={other ?? (screen === "agents" ? screen : "alerts")}
        onTheme={nextTheme}
        onKeys={() => setHelp(true)}
      />
      <main className="content">
        <TopBar
          sentence={sentence}
          detail={detailOf(snapshot)}
          text={filter.text}
          search={screen === "agents" && !locked ? search : null}
          connection={locked ? null : connection}
          onText={(text) => setFilter((last) => ({ ...last, text }))}
          onPause={togglePause}
        />
        <div ref={scroller} className="scroller">
          {snapshot.problem !== null &&
            (locked ? (
              <Suspense>
                <TokenEntry problem={snapshot.problem} />
              </Suspense>
            ) : (
              <ProblemNotice problem={snapshot.problem} onRetry={() => void fleet.load()} />
            ))}
          {snapshot.summary?.monitor_blind && (
            <BlindBanner blindness={snapshot.summary.monitor_blind} now={now} />
          )}
          {locked ? null : screen === "agents" ? (
            <>
              <AlertStrip alerts={alertsBeside(snapshot.alerts, snapshot.findings)} now={now} />
              <FindingList
                findings={snapshot.findings}
                more={snapshot.moreFindings}
                openId={openFinding}
                now={now}
              />
              {!empty && snapshot.phase !== "failed" && (
                <Counts
                  counts={counts}
                  chosen={filter.verdicts}
                  onToggle={(verdict: Verdict) => setFilter((last) => toggleVerdict(last, verdict))}
                  onClear={() => setFilter((last) => ({ ...last, verdicts: new Set() }))}
                />
              )}
              {snapshot.phase === "loading" && <Skeleton />}
              {empty && (
                <Suspense>
                  <NoAgents />
                </Suspense>
              )}
              {!empty && snapshot.phase === "ready" && (
                <>
                  <AgentTable
                    keys={rows.keys}
                    agents={snapshot.agents}
                    waiting={rows.waiting}
                    openKey={openKey}
                    scroller={scroller}
                    grid={grid}
                    onHeld={setHeld}
                    onShowNew={showNew}
                  />
                  {rows.keys.length === 0 && (
                    <Suspense>
                      <NoMatches onClear={clear} />
                    </Suspense>
                  )}
                  <ListFoot snapshot={snapshot} shown={rows.keys.length} onMore={() => fleet.loadMore()} />
                </>
              )}
            </>
          ) : (
            <Suspense fallback={<Skeleton />}>
              <Desk
                screen={screen}
                open={openAlert ?? openSilence}
                scroller={scroller}
                grid={grid}
                search={search}
                release={release}
              />
            </Suspense>
          )}
        </div>
      </main>
      {panel !== null && (
        <Suspense fallback={<aside className="panel" />}>
          {openKey !== null && <AgentPanel agentKey={openKey} />}
          {openFinding !== null && <FindingPanel id={openFinding} />}
          {other === "objectives" && <ObjectivesPanel />}
          {other === "token" && <TokenEntry problem={null} />}
          {openSilence !== null && <SilencePanel id={openSilence} />}
          {openAlert !== null && <AlertPanel id={openAlert} />}
        </Suspense>
      )}
      {help && (
        <Suspense>
          <HelpDialog onClose={() => setHelp(false)} />
        </Suspense>
      )}
    </div>
  );
}

function useCounts({ summary, agents, version }: Snapshot) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: `version` says that `agents` changed
  return useMemo(
    () => summary?.verdicts ?? countVerdicts([...agents.values()].map((agent) => agent.verdict)),
    [summary, agents, version],
  );
}

// Closing the panel gives the keyboard back to the list.
function useFocusBack(panel: string | null, grid: React.RefObject<HTMLDivElement | null>): void {
  const last = useRef(panel);
  useEffect(() => {
    if (last.current !== null && panel === null) grid.current?.focus({ preventScroll: true });
    last.current = panel;
  }, [panel, grid]);
}

/** What the sentence leaves out, in a line below it. */
function detailOf({ summary }: Snapshot): string {
  if (summary === null || summary.agents === 0) return "";
  const parts = [`${count(summary.active)} of ${count(summary.expected)} active`];
  if (summary.tasks_in_progress > 0) parts.push(`${counted(summary.tasks_in_progress, "task")} in progress`);
  if (summary.sandboxes_running > 0)
    parts.push(`${counted(summary.sandboxes_running, "sandbox", "sandboxes")} running`);
  return parts.join(" · ");
}
