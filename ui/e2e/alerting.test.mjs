// Alerts, silences, notifications and tokens in a real browser against the mock server.
import assert from "node:assert/strict";
import { stageOfTests, weakContrasts } from "./browser.mjs";

const { stage, onPage } = stageOfTests();

const lines = (page, list) => page.getByRole("grid", { name: list }).getByRole("row");
const refusals = (page) => page.locator(".refused").allInnerTexts();
const settled = (page) => page.evaluate(() => Promise.all(document.getAnimations().map((it) => it.finished)));

/** What the browser says of an answer that a test provoked. */
function forgive(page, status) {
  page.complaints = page.complaints.filter(
    (text) => !text.includes(`the server responded with a status of ${status}`),
  );
}

onPage("alerts that fire stand above those that are over", { hash: "#/alerts" }, async (page) => {
  await lines(page, "Alerts").nth(4).waitFor();
  const heads = await page.locator(".rows .group").allInnerTexts();
  assert.deepEqual(heads, ["Firing 2", "Over 12"]);
  const first = lines(page, "Alerts").nth(1);
  assert.deepEqual((await first.getByRole("gridcell").allInnerTexts()).slice(0, 4), [
    "Critical",
    "Host down",
    "host gpu-3",
    "2 of 3 agents on host gpu-3 fell silent within 4 s",
  ]);
  assert.match(await first.locator("time").getAttribute("title"), /^Since 2026-05-04 14:02:07/);
  await page.getByText("flapping").first().waitFor();
  await page.getByRole("link", { name: "HighErrorRate" }).first().click();
  await page
    .getByRole("complementary", { name: "Alert" })
    .getByRole("heading", { name: "HighErrorRate" })
    .waitFor();
  await page.keyboard.press("Escape");
  assert.equal(new URL(page.url()).hash, "#/alerts");
});

onPage(
  "history is paged, filtered by the server, and few rows are made",
  {
    hash: "#/alerts",
    fleet: { past: 10_000 },
  },
  async (page) => {
    await lines(page, "Alerts").nth(10).waitFor();
    const grid = page.getByRole("grid", { name: "Alerts" });
    const count = async () => Number(await grid.getAttribute("aria-rowcount"));
    assert.equal(await count(), 204, "two that fire, 200 that are over, two heads");
    await page.getByText("Over 200+").waitFor();
    await page.keyboard.press("j");
    for (let pages = 2; pages <= 4; pages += 1) {
      await page.keyboard.press("End");
      await page.waitForFunction(
        (most) => Number(document.querySelector(".rows .grid").ariaRowCount) >= most,
        pages * 200,
      );
    }
    assert.ok((await page.locator(".rows .row").count()) < 80);
    const search = page.getByRole("searchbox", { name: "Search alerts" });
    await page.keyboard.press("Escape");
    await page.keyboard.press("/");
    await search.fill("old-9999");
    await page.waitForFunction(() => document.querySelector(".rows .grid").ariaRowCount === "2");
    await page.getByRole("link", { name: "old-9999" }).waitFor();
    await search.fill("");
    await page.getByRole("button", { name: "Notice" }).click();
    await page.waitForFunction(() => {
      const levels = [...document.querySelectorAll(".rows .severity")];
      return levels.length > 5 && levels.every((level) => level.textContent === "Notice");
    });
    await page.getByRole("combobox", { name: "Namespace" }).selectOption("lab");
    await page.waitForFunction(() => {
      const subjects = [...document.querySelectorAll(".rows .subject")];
      return subjects.length > 5 && subjects.every((subject) => subject.textContent.startsWith("lab/"));
    });
  },
);

onPage(
  "under the pointer the list stays, and what is new waits",
  { hash: "#/alerts", clock: true },
  async (page) => {
    await lines(page, "Alerts").nth(4).hover();
    const about = { id: "agent_down/default/agent/coder-02", name: "agent_down", severity: "critical" };
    const subject = {
      subject_kind: "agent",
      subject: "coder-02",
      message: "no contact within 30 s",
      labels: {},
    };
    const times = { started_at: "2026-05-04T14:02:59.000Z", resolved_at: null };
    await stage.step("alert", { ...about, ...subject, ...times, state: "firing" });
    await page.clock.runFor(2_000);
    const button = page.getByRole("button", { name: "1 new" });
    await button.waitFor();
    assert.equal(await page.getByRole("link", { name: "coder-02" }).count(), 0);
    await button.click();
    await page.getByRole("link", { name: "coder-02" }).waitFor();
    assert.equal(await button.count(), 0);
    await stage.step("alert", {
      ...about,
      ...subject,
      ...times,
      id: "another",
      subject: "coder-03",
      state: "firing",
    });
    await page.clock.runFor(2_000);
    await button.waitFor();
    await page.keyboard.press("n");
    await page.getByRole("link", { name: "coder-03" }).waitFor();
  },
);

onPage("a silence is made from an alert, tells what it holds back, and is ended", {}, async (page) => {
  const strip = page.getByRole("region", { name: "Alerts" });
  await strip.getByRole("link", { name: "2 of 3 agents on host gpu-3", exact: false }).click();
  await page.getByRole("link", { name: "Silence more, or for another time" }).click();
  const form = page.getByRole("complementary", { name: "New silence" });
  await form.getByText("Holds back 1 alert now").waitFor();
  assert.equal(await form.getByLabel("Label 1").inputValue(), "alertname");
  assert.equal(await form.getByLabel("Value 3").inputValue(), "gpu-3");
  await form.getByRole("button", { name: "Silence", exact: true }).click();
  await form.getByText("is empty; say in a few words why", { exact: false }).waitFor();
  assert.equal(await form.getByLabel("Why").getAttribute("aria-invalid"), "true");
  assert.equal(await form.getByLabel("Why").evaluate((field) => field === document.activeElement), true);
  await form.getByLabel("Why").fill("the rack moves");
  await form.getByLabel("Other").check();
  await form.getByLabel("How long, or until when").fill("soon");
  await form.getByRole("button", { name: "Silence", exact: true }).click();
  await form.getByText("expected RFC 3339", { exact: false }).waitFor();
  assert.equal((await refusals(page)).length, 1);
  await form.getByLabel("4 h").check();
  await form.getByRole("button", { name: "Silence", exact: true }).click();
  const panel = page.getByRole("complementary", { name: "Silence", exact: true });
  await panel.getByText("The rack moves").waitFor();
  await panel.getByText("ends in 3 h 59 min").waitFor();
  await panel.getByRole("link", { name: "Host down" }).waitFor();
  await strip.getByRole("link", { name: "1 alert silenced" }).click();
  await lines(page, "Silences")
    .filter({ hasText: "the rack moves" })
    .getByText("holds back 1 alert")
    .waitFor();
  await page.getByRole("link", { name: /gpu-3/ }).click();
  await panel.getByRole("button", { name: "End it now" }).click();
  await panel.getByText("1 alert is told again", { exact: false }).waitFor();
  await panel.getByRole("button", { name: "End it", exact: true }).click();
  await panel.getByText("Over", { exact: true }).waitFor();
  assert.equal(await panel.evaluate((element) => element === document.activeElement), true);
  await panel.getByRole("link", { name: "Make one like it" }).click();
  await form.getByLabel("Why").waitFor();
  assert.equal(await form.getByLabel("Why").inputValue(), "the rack moves");
  forgive(page, 422);
});

onPage("a silence in force is changed in its place", { hash: "#/silences" }, async (page) => {
  const row = lines(page, "Silences").filter({ hasText: "the card is being replaced" });
  const over = lines(page, "Silences").filter({ hasText: "deploy" });
  await row.getByRole("link", { name: "Change" }).click();
  assert.equal(await over.getByRole("link", { name: "Change" }).count(), 0, "what is over is not changed");
  const form = page.getByRole("complementary", { name: "Change silence" });
  await form.getByText("Holds back 0 alerts now").waitFor();
  assert.equal(await form.getByLabel("Value 1").inputValue(), "gpu-7");
  assert.equal(await form.getByLabel("Why").inputValue(), "the card is being replaced");
  assert.equal(await form.getByLabel("Your name").inputValue(), "ann");
  assert.ok(await form.getByLabel("Until 16:33:00, as it is").isChecked());
  await form.getByLabel("Why").fill("");
  await form.getByRole("button", { name: "Save" }).click();
  await form.getByText("is empty; say in a few words why", { exact: false }).waitFor();
  assert.equal(await form.getByLabel("Why").evaluate((field) => field === document.activeElement), true);
  await form.getByLabel("Why").fill("it is gpu-3 after all");
  await form.getByLabel("Value 1").fill("gpu-3");
  await form.getByText("Holds back 1 alert now").waitFor();
  await form.getByLabel("1 day").check();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Silence", exact: true });
  await panel.getByText("It is gpu-3 after all").waitFor();
  await panel.getByText("ends in 23 h 59 min").waitFor();
  await panel.getByRole("link", { name: "Host down" }).waitFor();
  assert.equal(new URL(page.url()).hash, "#/silences/s-host", "it is the same silence");
  assert.equal(await panel.evaluate((element) => element === document.activeElement), true);
  await lines(page, "Silences")
    .filter({ hasText: "it is gpu-3 after all" })
    .getByText("holds back 1 alert")
    .waitFor();
  assert.equal(await page.getByRole("grid", { name: "Silences" }).getAttribute("aria-rowcount"), "3");
  await panel.getByRole("link", { name: "Change" }).click();
  await form.getByLabel("Why").fill("given up");
  await form.getByRole("button", { name: "Cancel" }).click();
  await panel.getByText("It is gpu-3 after all").waitFor();
  forgive(page, 422);
});

onPage(
  "a silence that was over before its change was sent says so",
  { hash: "#/silences/new?change=s-old" },
  async (page) => {
    const form = page.getByRole("complementary", { name: "Change silence" });
    await form.getByLabel("4 h").check();
    await form.getByRole("button", { name: "Save" }).click();
    await form.getByText("the silence `s-old` is over").waitFor();
    await page.goto(`${stage.url}/#/silences/new?change=nowhere`);
    await form.getByText("It could not be filled in", { exact: false }).waitFor();
    assert.equal(
      await form.getByRole("button", { name: "Save" }).isVisible(),
      false,
      "nothing would be changed",
    );
    forgive(page, 409);
    forgive(page, 404);
  },
);

onPage(
  "a silence from nothing needs a label; Escape leaves the field before the form",
  { hash: "#/silences" },
  async (page) => {
    await page.getByRole("link", { name: "New silence" }).click();
    const form = page.getByRole("complementary", { name: "New silence" });
    await form.getByRole("button", { name: "Silence", exact: true }).click();
    await form.getByText("name at least one", { exact: false }).waitFor();
    await form.getByLabel("Label 1").fill("agent");
    await form.getByLabel("Comparison 1").selectOption("=~");
    await form.getByLabel("Value 1").fill("scraper-.*");
    await form.getByText("Holds back 1 alert now").waitFor();
    await form.getByLabel("Maintenance").check();
    await form.getByLabel("Why").fill("upgrade");
    await page.keyboard.press("Escape");
    assert.equal(await form.count(), 1, "the first Escape leaves the field");
    await form.getByRole("button", { name: "Plan maintenance" }).click();
    await page
      .getByRole("complementary", { name: "Silence", exact: true })
      .getByRole("heading", { name: "Maintenance" })
      .waitFor();
    await lines(page, "Silences").first().getByText("Maintenance").waitFor();
    await page.keyboard.press("Escape");
    await form.waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).hash, "#/silences");
    forgive(page, 422);
  },
);

onPage(
  "a thousand silences make few rows, and are searched and chosen by their state",
  {
    hash: "#/silences",
    fleet: { silences: 1_000 },
  },
  async (page) => {
    await lines(page, "Silences").nth(5).waitFor();
    assert.equal(await page.getByRole("grid", { name: "Silences" }).getAttribute("aria-rowcount"), "1000");
    assert.ok((await page.locator(".rows .row").count()) < 60);
    await page.getByRole("searchbox").fill("number 777");
    await page.waitForFunction(() => document.querySelectorAll(".rows .row").length === 1);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "0 to come" }).click();
    await page.getByText("No silence matches").waitFor();
  },
);

onPage("what was given up says why, and is tried again", { hash: "#/notifications" }, async (page) => {
  const dead = lines(page, "Notifications").filter({ hasText: "Given up" });
  await dead.getByText("hooks.slack.com answered 503, 12 attempts", { exact: false }).waitFor();
  await page.getByRole("row", { name: /team-chat slack\/0 212 delivered, 1 waiting, 1 given up/ }).waitFor();
  await page.getByRole("button", { name: "1 given up" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".rows .row").length === 1);
  await dead.getByRole("button", { name: "Try again" }).click();
  await page.getByText("None of these").waitFor();
  await page.getByRole("button", { name: "0 given up" }).click();
  await page.getByRole("button", { name: "2 waiting" }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".rows .row").length === 4);
});

onPage(
  "a row that scrolls away takes the keyboard to the list, not to the row in its place",
  { hash: "#/notifications", fleet: { notifications: 300 } },
  async (page) => {
    await lines(page, "Notifications").nth(4).getByRole("link").focus();
    const before = await lines(page, "Notifications").count();
    await page.evaluate(() => document.querySelector(".scroller").scrollTo(0, 4_000));
    await page.waitForFunction(() => document.activeElement.getAttribute("role") === "grid");
    assert.ok((await lines(page, "Notifications").count()) <= before + 20);
    const order = await page.evaluate(() =>
      [...document.querySelectorAll(".rows .row")]
        .map((row) => [row.getBoundingClientRect().top, row.ariaRowIndex])
        .sort((a, b) => a[0] - b[0])
        .map(([, index]) => Number(index)),
    );
    assert.ok(order[0] > 40);
    assert.deepEqual(
      order,
      order.map((_, place) => order[0] + place),
      "each row stands in its place",
    );
  },
);

onPage(
  "without silences the page says what one is",
  { hash: "#/silences", fleet: { silences: 0, past: 0 } },
  async (page) => {
    await page.getByText("A silence holds back messages, not alerts", { exact: false }).waitFor();
  },
);

onPage(
  "without a channel the page says that nobody is told, and what to do about it",
  { hash: "#/notifications", fleet: { channels: false, notifications: 0 } },
  async (page) => {
    await page.getByRole("heading", { name: "Nobody is told" }).waitFor();
    const way = page.getByText("No channel is set up", { exact: false });
    assert.match(await way.innerText(), /file under \[alerts\] .* swarmpulse notify test RECEIVER/s);
    await page.getByRole("link", { name: "Alerts", exact: true }).first().click();
    await page.getByRole("link", { name: "Agent stuck" }).first().click();
    const panel = page.getByRole("complementary", { name: "Alert" });
    await panel.getByText("No channel is set up", { exact: false }).waitFor();
  },
);

onPage(
  "what is done about an alert needs a word, which is asked for at its field",
  { hash: "#/alerts" },
  async (page) => {
    await page.getByRole("link", { name: "Agent stuck" }).first().click();
    const panel = page.getByRole("complementary", { name: "Alert" });
    const field = panel.getByLabel("Comment");
    for (const name of ["Acknowledge", "Silence for"]) {
      await panel.getByRole("button", { name }).click();
      await panel.getByText("Say in a few words what is being done", { exact: false }).waitFor();
      assert.equal(await field.evaluate((element) => element === document.activeElement), true);
      await field.fill("o");
      assert.deepEqual(await refusals(page), []);
      await field.fill("");
    }
    await field.fill("on it");
    await panel.getByRole("button", { name: "Acknowledge" }).click();
    await panel.getByText("has it in hand: on it").waitFor();
  },
);

onPage(
  "an alert of another system leads to it, but nowhere that is no page",
  { hash: "#/alerts" },
  async (page) => {
    const about = { name: "DiskFull", severity: "warning", state: "firing", origin: "external", labels: {} };
    const subject = { subject_kind: "", subject: "", message: "the disk of db-1 is full" };
    const times = { started_at: "2026-05-04T14:02:00.000Z", resolved_at: null };
    await stage.step("alert", {
      ...about,
      ...subject,
      ...times,
      id: "ext/1",
      links: { source: "https://prom.example/graph?g0=1" },
    });
    await stage.step("alert", {
      ...about,
      ...subject,
      ...times,
      id: "ext/2",
      name: "Odd",
      links: { source: "javascript:alert(1)" },
    });
    await page.getByRole("link", { name: "DiskFull" }).click();
    const panel = page.getByRole("complementary", { name: "Alert" });
    const link = panel.getByRole("link", { name: "https://prom.example/graph?g0=1" });
    assert.match(await link.getAttribute("rel"), /noopener/);
    await panel.getByText("another system, which sent it from prom.example").waitFor();
    await page.getByRole("link", { name: "Odd" }).click();
    await panel.getByText("javascript:alert(1)").waitFor();
    assert.equal(await panel.locator("a[href^=javascript]").count(), 0);
  },
);

const TOKENS = { swp_look: "read", swp_do: "admin", swp_send: "ingest" };

onPage(
  "a server that asks for a token is given one, for this tab alone",
  {
    fleet: { tokens: TOKENS },
    live: false,
  },
  async (page) => {
    const field = page.getByLabel("Token", { exact: true });
    const use = page.getByRole("button", { name: "Use it" });
    assert.equal(await page.title(), "A token is needed.");
    await field.fill("swp_wrong");
    await use.click();
    await page.getByText("The token is not known here", { exact: false }).waitFor();
    await field.fill("swp_send");
    await use.click();
    await page.getByText("may send and not look", { exact: false }).waitFor();
    await field.fill("swp_look");
    await field.press("Enter");
    await page.locator('.live[data-state="live"]').waitFor();
    await page.locator(".row").first().waitFor();
    await stage.step("agent", { agent: "coder-02", verdict: "down", evidence: [] });
    await page.locator(".row", { hasText: "coder-02" }).getByText("Down").waitFor();
    const kept = await page.evaluate(() =>
      [JSON.stringify(localStorage), document.cookie, location.href].join(),
    );
    assert.equal(kept.includes("swp_"), false);
    await page.getByRole("link", { name: "Alerts" }).click();
    await page.getByRole("link", { name: "Silences" }).click();
    await page.getByText("may look and change nothing", { exact: false }).waitFor();
    assert.equal(await page.getByRole("link", { name: "New silence" }).count(), 0);
    await page.getByRole("link", { name: "use it here" }).click();
    const panel = page.getByRole("complementary", { name: "Token" });
    await panel.getByText("may look and change nothing", { exact: false }).waitFor();
    await panel.getByPlaceholder("swp_...").fill("swp_do");
    await panel.getByRole("button", { name: "Use it" }).click();
    await page.getByRole("link", { name: "New silence" }).waitFor();
    assert.equal(new URL(page.url()).hash, "#/silences");
    await page.getByRole("link", { name: "Token" }).click();
    await panel.getByRole("button", { name: "Forget it" }).click();
    await page.getByText("This server asks for a token").waitFor();
    forgive(page, 401);
  },
);

onPage(
  "with a token a record is shown in the page",
  {
    fleet: { tokens: TOKENS },
    token: "swp_look",
    hash: "#/agents/default/planner-2",
  },
  async (page) => {
    const record = page.getByRole("button", { name: /^record/ }).first();
    await record.click();
    await page.locator(".raw-record").waitFor();
    assert.equal(await record.getAttribute("aria-expanded"), "true");
    forgive(page, 404);
  },
);

for (const scheme of ["light", "dark"])
  onPage(
    `alerting can be read in the ${scheme} theme, wide and narrow`,
    { scheme, hash: "#/alerts" },
    async (page) => {
      for (const hash of [
        "#/alerts",
        "#/silences",
        "#/silences/s-host",
        "#/silences/new",
        "#/notifications",
      ]) {
        await page.evaluate((to) => {
          location.hash = to;
        }, hash);
        await page.locator(".rows .row").first().waitFor();
        if (hash.split("/").length > 2) await page.locator(".panel h2").waitFor();
        for (const width of [1440, 420]) {
          await page.setViewportSize({ width, height: 900 });
          await settled(page);
          assert.deepEqual(await weakContrasts(page, 4.5), [], `${hash} at ${width}`);
          const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(overflow <= 0, `${hash}: ${overflow} px too wide at ${width}`);
        }
      }
    },
  );

onPage("the lists are worked by keys alone", { hash: "#/silences" }, async (page) => {
  await lines(page, "Silences").nth(2).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Silence", exact: true });
  await panel.getByRole("heading", { name: "Maintenance" }).waitFor();
  assert.equal(await panel.evaluate((element) => element === document.activeElement), true);
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("role")), "grid");
});
