/** What the live stream is read through: the browser's own reader, or with a token one that can send it. */

import type { Source } from "./stream";
import { heldToken, tokenHeader } from "./token";

export function openSource(url: string): Source {
  return heldToken() === null ? new EventSource(url) : new TokenSource(url);
}

class TokenSource implements Source {
  private readonly stop = new AbortController();
  private readonly listeners = new Map<string, (event: MessageEvent) => void>();

  constructor(url: string) {
    const emit = (type: string, event: MessageEvent) =>
      this.stop.signal.aborted || this.listeners.get(type)?.(event);
    import("./token-stream")
      .then(({ readStream }) => readStream(url, tokenHeader(), this.stop.signal, emit))
      .catch(() => {})
      // A stream that ended, for whatever reason, is one that was lost.
      .then(() => emit("error", new MessageEvent("error")));
  }

  addEventListener(type: string, listener: (event: MessageEvent) => void): void {
    this.listeners.set(type, listener);
  }

  close(): void {
    this.stop.abort();
  }
}
