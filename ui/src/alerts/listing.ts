/** The list of alerts as it is read: what fires, what is held back and why, what is over. */

import type { Alert } from "../api/types";
import { heldBack } from "./held-back";

export type AlertLine =
  | { kind: "head"; id: string; words: string; count: number; more: boolean }
  | { kind: "alert"; id: string; alert: Alert };

/** An episode of an alert: the same alert comes again under the same id. */
export function episodeId(alert: Alert): string {
  return `${alert.id} ${alert.started_at}`;
}

/** The lines of the list. What nobody needs to look at stands apart from what fires. */
export function alertLines(
  open: readonly Alert[],
  past: readonly Alert[],
  more: { open: boolean; past: boolean },
): AlertLine[] {
  const firing = open.filter((alert) => alert.state === "firing");
  return [
    ...section(
      "Firing",
      firing.filter((alert) => heldBack(alert) === null),
      more.open,
    ),
    ...section(
      "Held back",
      firing.filter((alert) => heldBack(alert) !== null),
      more.open,
    ),
    ...section(
      "Pending",
      open.filter((alert) => alert.state === "pending"),
      more.open,
    ),
    ...section("Over", past, more.past),
  ];
}

function section(words: string, alerts: readonly Alert[], more: boolean): AlertLine[] {
  if (alerts.length === 0) return [];
  const head = { kind: "head" as const, id: words, words, count: alerts.length, more };
  return [head, ...alerts.map((alert) => ({ kind: "alert" as const, id: episodeId(alert), alert }))];
}

/** In a few words what is to be known of it beside its sentence. */
export function tagsOf(alert: Alert): string[] {
  const tags: string[] = [];
  const back = heldBack(alert);
  if (back !== null && alert.state !== "resolved") tags.push(back);
  if (alert.flapping) tags.push("flapping");
  if (alert.acknowledged !== null) tags.push(`${alert.acknowledged.by} has it in hand`);
  return tags;
}

/** Its sentence without the subject at its beginning: that stands beside it. */
export function reasonOf(alert: Alert): string {
  const prefix = `${alert.subject_kind} ${alert.subject}: `;
  return alert.message.startsWith(prefix) ? alert.message.slice(prefix.length) : alert.message;
}

/** How long an alert held, or has held until now, in seconds. */
export function heldSeconds(alert: Alert, now: number): number {
  const end = alert.resolved_at === null ? now : Date.parse(alert.resolved_at);
  return Math.max(0, (end - Date.parse(alert.started_at)) / 1000);
}

/** A link that a sender gave, if a browser may follow it without harm. */
export function safeUrl(text: string | null | undefined): string | null {
  if (!text) return null;
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** Who sent an alert, as far as its link tells: ` from HOST`, or nothing. */
export function senderWords(source: string | undefined): string {
  const url = safeUrl(source);
  return url === null ? "" : ` from ${new URL(url).host}`;
}
