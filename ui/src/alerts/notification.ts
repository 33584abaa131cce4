/** Notifications in words: what was told, what became of it, how each channel does. */

import type { Alert, Channel, Notification, Receiver } from "../api/types";
import { count } from "../format/quantity";
import { alertWords } from "./held-back";

export type Outcome = "waiting" | "delivered" | "dead" | "unknown";

export const OUTCOME_WORDS: Record<Outcome, string> = {
  waiting: "Waiting",
  delivered: "Delivered",
  dead: "Given up",
  unknown: "Unknown",
};

/** An outcome as one of those that have a word; what is not known is said so. */
export function outcomeOf(word: string): Outcome {
  return word === "waiting" || word === "delivered" || word === "dead" ? word : "unknown";
}

/** What was told, in a few words: `Host down and 2 more fired`. */
export function toldWords(told: Notification): string {
  const reason = told.reason === "test" ? "a test" : told.reason;
  const first = told.alerts[0];
  if (first === undefined) return reason;
  const more = told.firing + told.resolved - 1;
  return `${alertWords(first.name)}${more > 0 ? ` and ${count(more)} more` : ""}, ${reason}`;
}

/** What went wrong, or how often it was tried; empty where nothing is to be said. */
export function troubleWords(told: Notification): string {
  const tries = told.attempts !== null && told.attempts > 1 ? `${count(told.attempts)} attempts` : "";
  return [told.error ?? "", tries].filter((part) => part !== "").join(", ");
}

/** How a channel does: what it took, what waits, what was given up. */
export function channelWords({ sent, waiting, dead }: Channel): string {
  const parts = [`${count(sent)} delivered`];
  if (waiting > 0) parts.push(`${count(waiting)} waiting`);
  if (dead > 0) parts.push(`${count(dead)} given up`);
  return parts.join(", ");
}

/** Why nobody was told of an alert, or not yet. Receivers that are not known are taken to have channels. */
export function nobodyWords(alert: Alert, heldBack: string | null, known: readonly Receiver[]): string {
  const { receivers } = alert;
  const names = receivers.join(", ");
  if (alert.state === "resolved") return "Nobody was told.";
  if (heldBack === "follows from another") return "Nobody: it follows from another, which is told.";
  if (heldBack !== null) return `Nobody: it is ${heldBack}.`;
  if (receivers.length === 0) return "Nobody: no route leads to a receiver.";
  const mute = (name: string) => known.some((one) => one.name === name && one.channels.length === 0);
  if (receivers.every(mute)) return `Nobody: the receiver ${names} has no channel.`;
  if (alert.state === "pending") return `Nobody yet. If it lasts, ${names} is told.`;
  if (alert.muted_by.length > 0) return `Nobody yet. ${names} is told when the quiet time is over.`;
  return `Nobody yet. ${names} is told with others of its group, in a moment.`;
}
