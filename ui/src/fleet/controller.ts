/** The page's one source of truth: loads the fleet, follows the stream, refreshes figures, says how live it is. */

import { type Api, type ApiError, asApiError } from "../api/client";
import { LiveStream, type Source } from "../api/stream";
import type { Agent, Alert, Finding, Summary } from "../api/types";
import type { AgentKey } from "./agent-key";
import { AgentCollection } from "./collection";
import { type Connection, type Contact, connectionOf, knownUntil } from "./connection";
import { loadList, refresh, refreshOne } from "./loader";
import { ServerClock } from "./server-clock";

/** So many agents are read at first, and so many more on request. */
export const STEP = 5_000;
/** No more are ever held. */
export const HELD_LIMIT = 20_000;
const REFRESH_MS = 5_000;
/** Detectors are asked every 15 s: findings are read anew in every so many rounds. */
const ROUNDS_OF_FINDINGS = 3;
/** So many findings are shown, the most severe; there are rarely a handful. */
export const FINDINGS_LIMIT = 100;
/** Changes are shown together, at most this often; less often where sorting takes longer. */
const PUBLISH_MS = 200;
const PUBLISH_LARGE_MS = 1_000;
const LARGE = 3_000;

/** What is shown; a new object for every change. */
export interface Snapshot {
  version: number;
  phase: "loading" | "ready" | "failed";
  problem: ApiError | null;
  summary: Summary | null;
  alerts: readonly Alert[];
  findings: readonly Finding[];
  /** There are more than are held. */
  moreFindings: boolean;
  agents: AgentCollection;
  /** The list has been read to its end. */
  complete: boolean;
  loadingMore: boolean;
}

export class FleetController {
  private snapshot: Snapshot = {
    version: 0,
    phase: "loading",
    problem: null,
    summary: null,
    alerts: [],
    findings: [],
    moreFindings: false,
    agents: new AgentCollection(HELD_LIMIT),
    complete: false,
    loadingMore: false,
  };
  private readonly listeners = new Set<() => void>();
  private readonly clock = new ServerClock();
  private readonly stream: LiveStream;
  private contact: Contact = { pausedAt: null, streamOpen: false, lostAt: null, lastHeard: null };
  private target = STEP;
  private visible: readonly AgentKey[] = [];
  private publishTimer: ReturnType<typeof setTimeout> | null = null;
  private refreshTimer: ReturnType<typeof setInterval> | null = null;
  private loading: Promise<void> | null = null;
  private loadAgain = false;
  private refreshing = false;
  private rounds = 0;

  constructor(
    private readonly api: Api,
    open?: (url: string) => Source,
    private readonly hidden: () => boolean = () => document.hidden,
  ) {
    this.stream = new LiveStream(
      {
        opened: () => this.streamOpened(),
        lost: () => this.streamLost(),
        agent: (agent) => this.streamedAgent(agent),
        alert: (alert) => this.streamedAlert(alert),
        summary: (summary) => this.streamedSummary(summary),
        unreadable: () => void this.load(),
      },
      open,
    );
  }

  start(): void {
    this.stream.start();
    this.refreshTimer = setInterval(() => void this.refreshVisible(), REFRESH_MS);
    void this.load();
  }

  stop(): void {
    this.stream.stop();
    if (this.refreshTimer !== null) clearInterval(this.refreshTimer);
    if (this.publishTimer !== null) clearTimeout(this.publishTimer);
    this.refreshTimer = null;
    this.publishTimer = null;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): Snapshot => this.snapshot;

  connection(): Connection {
    return connectionOf(this.contact, Date.now());
  }

  /** The server's time that ages are counted to; it stands still while nothing is heard. */
  now(): number {
    return this.clock.at(knownUntil(this.contact, Date.now()));
  }

  /** Tells which agents are on screen: their figures are kept fresh between verdicts. */
  watch(keys: readonly AgentKey[]): void {
    this.visible = keys;
  }

  pause(): void {
    if (this.contact.pausedAt !== null) return;
    this.stream.stop();
    this.contact = { ...this.contact, pausedAt: Date.now(), streamOpen: false };
    this.publish({});
  }

  resume(): void {
    if (this.contact.pausedAt === null) return;
    this.contact = { pausedAt: null, streamOpen: false, lostAt: null, lastHeard: this.contact.lastHeard };
    this.stream.start();
    void this.load();
    this.publish({});
  }

  loadMore(): void {
    this.target = Math.min(this.target + STEP, HELD_LIMIT);
    void this.load();
  }

  /** Reads everything anew, once more if it is asked for meanwhile. */
  load(): Promise<void> {
    this.loadAgain = true;
    this.loading ??= this.loadUntilCurrent().finally(() => {
      this.loading = null;
    });
    return this.loading;
  }

  /** Reads one agent anew, as the panel does on opening; throws what the server answered. */
  async fetchAgent(key: AgentKey): Promise<void> {
    await refreshOne(this.api, this.snapshot.agents, key);
    this.heard();
    this.publish({});
  }

  private async loadUntilCurrent(): Promise<void> {
    while (this.loadAgain) {
      this.loadAgain = false;
      try {
        await this.loadOnce();
      } catch (thrown) {
        this.failed(asApiError(thrown));
      }
    }
  }

  private failed(problem: ApiError): void {
    const phase = this.snapshot.phase === "loading" ? "failed" : this.snapshot.phase;
    // Without another token nothing will be answered: asking again would look like an attack.
    if (problem.status === 401) this.stop();
    this.publish({ phase, problem, loadingMore: false });
  }

  private async loadOnce(): Promise<void> {
    this.publish({ loadingMore: this.snapshot.phase === "ready" && this.snapshot.agents.size < this.target });
    const { agents } = this.snapshot;
    const page = () => {
      this.heard();
      this.publish({ phase: "ready", problem: null });
    };
    // The clock is set before any age is shown.
    await Promise.all([this.loadSummary(), this.loadAlerts(), this.loadFindings()]);
    const complete = await loadList(this.api, agents, this.target, page);
    this.publish({ phase: "ready", problem: null, complete, loadingMore: false });
  }

  private async loadSummary(): Promise<void> {
    const summary = await this.api.summary();
    this.streamedSummary(summary);
  }

  private async loadAlerts(): Promise<void> {
    const alerts = await this.api.alerts();
    this.publish({ alerts: alerts.active });
  }

  private async loadFindings(): Promise<void> {
    const { items, next } = await this.api.findings(FINDINGS_LIMIT);
    this.publish({ findings: items, moreFindings: next !== null });
  }

  private async refreshVisible(): Promise<void> {
    if (this.contact.pausedAt !== null || this.hidden() || this.refreshing || this.loading !== null) return;
    if (this.snapshot.phase === "failed") return void this.load();
    this.refreshing = true;
    try {
      if (!this.contact.streamOpen) await this.loadSummary();
      this.rounds += 1;
      if (this.rounds >= ROUNDS_OF_FINDINGS) {
        this.rounds = 0;
        await this.loadFindings();
      }
      await refresh(this.api, this.snapshot.agents, this.visible, this.snapshot.complete);
      if (this.contact.pausedAt === null) {
        this.heard();
        this.publish({ problem: null });
      }
    } catch (thrown) {
      // Of others the connection's state already says that nothing is heard; the next round tries again.
      const problem = asApiError(thrown);
      if (problem.status === 401) this.failed(problem);
    } finally {
      this.refreshing = false;
    }
  }

  private streamOpened(): void {
    const again = this.contact.lostAt !== null;
    this.contact = { ...this.contact, streamOpen: true, lostAt: null };
    this.heard();
    // What happened meanwhile may be more than the server can replay.
    if (again) void this.load();
    this.publish({});
  }

  private streamLost(): void {
    this.contact = { ...this.contact, streamOpen: false, lostAt: this.contact.lostAt ?? Date.now() };
    this.publish({});
  }

  private streamedAgent(agent: Agent): void {
    this.heard();
    this.snapshot.agents.stream(agent);
    this.publishSoon();
  }

  private streamedAlert(alert: Alert): void {
    this.heard();
    // A finding may be behind it: the next round reads them.
    this.rounds = ROUNDS_OF_FINDINGS - 1;
    const others = this.snapshot.alerts.filter((known) => known.id !== alert.id);
    this.snapshot = { ...this.snapshot, alerts: alert.state === "firing" ? [...others, alert] : others };
    this.publishSoon();
  }

  private streamedSummary(summary: Summary): void {
    this.heard();
    this.clock.observe(summary.timestamp, Date.now());
    this.snapshot = { ...this.snapshot, summary };
    this.publishSoon();
  }

  private heard(): void {
    this.contact = { ...this.contact, lastHeard: Date.now() };
  }

  private publishSoon(): void {
    const pause = this.snapshot.agents.size > LARGE ? PUBLISH_LARGE_MS : PUBLISH_MS;
    this.publishTimer ??= setTimeout(() => this.publish({}), pause);
  }

  private publish(change: Partial<Snapshot>): void {
    if (this.publishTimer !== null) clearTimeout(this.publishTimer);
    this.publishTimer = null;
    this.snapshot = { ...this.snapshot, ...change, version: this.snapshot.version + 1 };
    for (const listener of this.listeners) listener();
  }
}
