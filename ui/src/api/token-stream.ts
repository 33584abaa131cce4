/** The live stream with a token in a header, which `EventSource` cannot send. Loaded only where there is one. */

import { EventText } from "./event-text";

/** Reads events until the signal says to stop; resolves when the stream is over, however it ended. */
export async function readStream(
  url: string,
  headers: Record<string, string>,
  stop: AbortSignal,
  emit: (type: string, event: MessageEvent) => void,
): Promise<void> {
  try {
    const response = await fetch(url, {
      headers: { accept: "text/event-stream", ...headers },
      cache: "no-store",
      signal: stop,
    });
    if (!response.ok || response.body === null) return;
    emit("open", new MessageEvent("open"));
    const text = new EventText();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      for (const { type, data, lastEventId } of text.push(decoder.decode(piece.value, { stream: true })))
        emit(type, new MessageEvent(type, { data, lastEventId }));
    }
  } catch {
    // It was stopped or cut off; whoever follows it connects again.
  }
}
