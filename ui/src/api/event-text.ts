/** Server-sent events as they come in pieces of text; a browser's own reader of them can send no token. */

export interface EventMessage {
  type: string;
  data: string;
  lastEventId: string;
}

export class EventText {
  private rest = "";
  private type = "";
  private data: string[] = [];
  private lastId = "";

  /** The messages that this piece completes. */
  push(piece: string): EventMessage[] {
    const messages: EventMessage[] = [];
    const lines = (this.rest + piece).split(/\r\n|\n/);
    this.rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") this.field(line);
      else if (this.data.length > 0 || this.type !== "") messages.push(this.message());
    }
    return messages;
  }

  private field(line: string): void {
    const colon = line.indexOf(":");
    // A line that begins with a colon is a comment.
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") this.type = value;
    else if (name === "data") this.data.push(value);
    else if (name === "id") this.lastId = value;
  }

  private message(): EventMessage {
    const message = {
      type: this.type || "message",
      data: this.data.join("\n"),
      lastEventId: this.lastId,
    };
    this.type = "";
    this.data = [];
    return message;
  }
}
