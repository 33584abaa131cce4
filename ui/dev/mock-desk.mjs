// The mock server's alerts, silences and notifications: what is read of them and done about them, and who may.
import * as alertFixtures from "./alert-fixtures.mjs";
import * as fixtures from "./desk-fixtures.mjs";

/** As much of the server's spans as the page sends. */
const SPAN = /^(\d+)(m|h|d)$/;
const SECONDS = { m: 60, h: 3_600, d: 86_400 };

export class Desk {
  constructor(world, publish) {
    this.world = world;
    this.publish = publish;
    this.reset();
  }

  /** `tokens` names scopes by secret; with any of them, requests need one. */
  reset({ silences, past = 12, notifications, channels = true } = {}, tokens = {}) {
    this.silences = silences === undefined ? fixtures.silences() : fixtures.manySilences(silences);
    this.past = fixtures.pastAlerts(past);
    this.notifications =
      notifications === undefined ? fixtures.notifications() : fixtures.manyNotifications(notifications);
    this.channels = channels;
    this.tokens = tokens;
    this.made = 0;
    this.scope = "admin";
  }

  /** Why a request may not be answered: status, title, detail; null if it may. */
  refusal(request) {
    if (Object.keys(this.tokens).length === 0) return null;
    const secret = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    this.scope = this.tokens[secret];
    if (secret === undefined)
      return [401, "Unauthorized", "this server needs a token: send `Authorization: Bearer TOKEN`"];
    if (this.scope === undefined)
      return [401, "Unauthorized", "the token is not known here: it was mistyped"];
    const reads = request.method === "GET" || request.url.startsWith("/api/v1/silences/preview");
    if (reads || this.scope === "admin") return null;
    return [403, "Forbidden", "this needs a token of scope `admin`"];
  }

  now() {
    return new Date(this.world.nowMs).toISOString();
  }

  /** What a path of the desk answers; undefined if it is none of its own, null if it names nothing. */
  read(path, query) {
    const { alerts } = this.world;
    if (path === "/api/v1/access") {
      const token = Object.keys(this.tokens).length > 0 ? `${this.scope}-12ab34cd` : null;
      return { scope: this.scope, namespace: null, token };
    }
    if (path === "/api/observability/alerts")
      return { active: alerts, history: [], count: alerts.length, next: null, timestamp: this.now() };
    if (path === "/api/v1/alerts") return this.alertPage(query);
    const opened = /^\/api\/v1\/alerts\/([^/]+)$/.exec(path);
    if (opened) {
      const one = [...alerts, ...this.past].find((known) => known.id === decodeURIComponent(opened[1]));
      return one ? alertFixtures.alertDetail(one) : null;
    }
    if (path === "/api/v1/silences") return paged(this.silences, query);
    const silence = /^\/api\/v1\/silences\/([^/]+)$/.exec(path);
    if (silence) return this.silences.find((one) => one.id === decodeURIComponent(silence[1])) ?? null;
    if (path === "/api/v1/receivers")
      return { items: this.channels ? fixtures.receivers() : fixtures.noReceivers(), next: null };
    if (path === "/api/v1/notifications") {
      const outcome = query.get("outcome");
      const found = this.notifications.filter((one) => outcome === null || one.outcome === outcome);
      const count = (word) => this.notifications.filter((one) => one.outcome === word).length;
      return { ...paged(found, query), waiting: count("waiting"), dead: count("dead") };
    }
    return undefined;
  }

  alertPage(query) {
    const all = query.get("state") === "resolved" ? this.past : this.world.alerts;
    const text = (query.get("q") ?? "").toLowerCase();
    const severities = query.get("severity")?.split(",");
    const namespace = query.get("namespace");
    const found = all.filter(
      (one) =>
        `${one.id} ${one.message}`.toLowerCase().includes(text) &&
        (severities?.includes(one.severity) ?? true) &&
        (namespace === null || one.namespace === namespace),
    );
    return paged(found, query);
  }

  /** What people do about alerts: taken in hand, given back, silenced, told again. */
  act(method, path, sent) {
    const taken = /^\/api\/v1\/alerts\/([^/]+)\/acknowledge$/.exec(path);
    if (taken) {
      const one = this.world.alerts.find((known) => known.id === decodeURIComponent(taken[1]));
      if (!one) return null;
      const inHand =
        method === "POST" ? { by: "ann", comment: sent.comment, at: this.now(), until: null } : null;
      return this.touch(one, { acknowledged: inHand });
    }
    const retried = /^\/api\/v1\/notifications\/([^/]+)\/retry$/.exec(path);
    if (retried) {
      const one = this.notifications.find((known) => known.id === retried[1] && known.outcome === "dead");
      if (!one) return null;
      return Object.assign(one, { outcome: "waiting", error: null, attempts: null });
    }
    if (path === "/api/v1/silences/preview") return this.preview(sent);
    if (path === "/api/v1/silences") return this.silence(sent);
    const ended = /^\/api\/v1\/silences\/([^/]+)$/.exec(path);
    const one = ended && this.silences.find((known) => known.id === decodeURIComponent(ended[1]));
    if (!one) return null;
    if (method === "PUT") return this.silence(sent, one);
    this.release(one);
    return Object.assign(one, { state: "expired", ends_at: this.now(), alerts: 0 });
  }

  /** A silence holds nothing back any more. */
  release({ id }) {
    for (const alert of this.world.alerts)
      if (alert.silenced_by.includes(id))
        this.touch(alert, { silenced_by: alert.silenced_by.filter((one) => one !== id) });
  }

  touch(one, over) {
    Object.assign(one, over);
    this.publish("alerts", one);
    return one;
  }

  matching(matchers) {
    const one = ({ op, value }, label) => {
      const same = op.endsWith("~") ? new RegExp(`^(?:${value})$`).test(label) : value === label;
      return op.startsWith("!") ? !same : same;
    };
    return this.world.alerts.filter((alert) => matchers.every((m) => one(m, alert.labels[m.name] ?? "")));
  }

  preview({ matchers }) {
    const wrong = matchersRefused(matchers);
    if (wrong) return wrong;
    const alerts = this.matching(matchers);
    return { text: "", alerts, count: alerts.length };
  }

  /** Makes a silence, or all of `before` anew. */
  silence(sent, before) {
    const wrong = matchersRefused(sent.matchers);
    if (wrong) return wrong;
    if (before?.state === "expired")
      return { refused: [409, "Conflict", `the silence \`${before.id}\` is over`] };
    const [, amount, unit] = SPAN.exec(sent.ends_at) ?? [];
    const { nowMs } = this.world;
    const endsMs =
      amount === undefined ? Date.parse(sent.ends_at) : nowMs + Number(amount) * SECONDS[unit] * 1000;
    if (Number.isNaN(endsMs))
      return refused(
        `\`ends_at\`: expected RFC 3339, Unix seconds or a span such as \`2h\`, got \`${sent.ends_at}\``,
      );
    if (sent.comment === "")
      return refused("`comment`: is empty; say in a few words why, for whoever reads it later");
    if (before === undefined) this.made += 1;
    const held = this.matching(sent.matchers);
    const made = fixtures.silence(before?.id ?? `silence-${this.made}`, sent.matchers, {
      purpose: sent.purpose ?? "silence",
      starts_at: before?.starts_at ?? this.now(),
      ends_at: new Date(endsMs).toISOString(),
      author: sent.author ?? "local",
      comment: sent.comment,
      alerts: held.length,
    });
    if (before === undefined) this.silences.unshift(made);
    else {
      this.release(before);
      this.silences = this.silences.map((one) => (one === before ? made : one));
    }
    for (const one of held) this.touch(one, { silenced_by: [...one.silenced_by, made.id] });
    return made;
  }
}

function matchersRefused(matchers) {
  if (matchers.length === 0)
    return refused("`matchers`: there are none, and so every alert would match; name at least one");
  const empty = matchers.find((one) => one.name === "");
  return empty ? refused("`matchers`: a label has no name") : null;
}

function refused(detail) {
  return { refused: [422, "Unprocessable Entity", detail] };
}

function paged(all, query) {
  const limit = Number(query.get("limit") ?? 100);
  const from = Number(query.get("cursor") ?? 0);
  const end = from + limit;
  return { items: all.slice(from, end), next: end < all.length ? String(end) : null };
}
