/** Which alerts are told, and why the others are not. */

import type { Alert } from "../api/types";

/** Why an alert is not told, in a few words; null if it is. */
export function heldBack(alert: Alert): string | null {
  if (alert.cause !== null) return "follows from another";
  if (alert.silenced_by.length > 0) return "silenced";
  if (alert.inhibited_by.length > 0) return "held back by another";
  return null;
}

/** The alerts that someone should look at, and how many hold that need nobody. */
export function told(alerts: readonly Alert[]): { shown: Alert[]; silenced: number } {
  const shown = alerts.filter((alert) => heldBack(alert) === null);
  // What follows from another is told with it.
  const silenced = alerts.filter((alert) => alert.cause === null && alert.silenced_by.length > 0).length;
  return { shown, silenced };
}

/** Matchers of a silence that holds back this alert alone, however grave it becomes. */
export function matchersOf(alert: Alert): { name: string; op: string; value: string }[] {
  const kept = Object.entries(alert.labels).filter(([name]) => name !== "severity");
  const named = kept.some(([name]) => name === "alertname")
    ? kept
    : [["alertname", alert.name] as const, ...kept];
  return named.map(([name, value]) => ({ name, op: "=", value }));
}

/** An alert's name in words: `host_down` is `Host down`, `HighErrorRate` stays. */
export function alertWords(name: string): string {
  if (!/^[a-z0-9_]+$/.test(name)) return name;
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
