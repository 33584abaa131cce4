/** The live stream over server-sent events: reconnects with growing pauses, resumes after the last event id. */

import { openSource } from "./source";
import type { Agent, Alert, Summary } from "./types";

/** The part of `EventSource` that is used; a test gives its own. */
export interface Source {
  addEventListener(type: string, listener: (event: MessageEvent) => void): void;
  close(): void;
}

/** What the stream tells its owner. */
export interface StreamListener {
  opened(): void;
  lost(): void;
  agent(agent: Agent): void;
  alert(alert: Alert): void;
  summary(summary: Summary): void;
  /** An event could not be read: what is shown may be wrong until it is fetched anew. */
  unreadable(): void;
}

const PAUSES_MS = [1_000, 2_000, 4_000, 8_000, 10_000];

export class LiveStream {
  private source: Source | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private lastId = "";

  constructor(
    private readonly listener: StreamListener,
    private readonly open: (url: string) => Source = openSource,
  ) {}

  /** Connects, and goes on trying until `stop`. */
  start(): void {
    this.stop();
    this.connect();
  }

  /** Disconnects and stays so. */
  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.source?.close();
    this.source = null;
  }

  private connect(): void {
    const resume = this.lastId === "" ? "" : `&last_event_id=${encodeURIComponent(this.lastId)}`;
    const source = this.open(`/api/v1/stream?topics=verdicts,alerts,summary${resume}`);
    this.source = source;
    source.addEventListener("open", () => {
      this.failures = 0;
      this.listener.opened();
    });
    source.addEventListener("error", () => this.reconnect(source));
    source.addEventListener("verdicts", (event) =>
      this.read<Agent>(event, (agent) => this.listener.agent(agent)),
    );
    source.addEventListener("alerts", (event) =>
      this.read<Alert>(event, (alert) => this.listener.alert(alert)),
    );
    source.addEventListener("summary", (event) =>
      this.read<Summary>(event, (summary) => this.listener.summary(summary)),
    );
    // The server no longer has what was missed: everything is read anew, and followed from here.
    source.addEventListener("reset", (event) => {
      this.lastId = event.lastEventId;
      this.listener.unreadable();
    });
  }

  private read<T>(event: MessageEvent, use: (value: T) => void): void {
    if (event.lastEventId !== "") this.lastId = event.lastEventId;
    let value: T;
    try {
      value = JSON.parse(event.data) as T;
    } catch {
      this.listener.unreadable();
      return;
    }
    use(value);
  }

  // The browser's own reconnection gives up on an error status; this one does not.
  private reconnect(source: Source): void {
    if (this.source !== source) return;
    source.close();
    this.source = null;
    const pause = PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)];
    this.failures += 1;
    this.listener.lost();
    this.timer = setTimeout(() => this.connect(), pause);
  }
}
