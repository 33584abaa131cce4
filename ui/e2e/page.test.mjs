// The built page in a real browser against the mock server: every step is asked for, nothing waits by the clock.
import assert from "node:assert/strict";
import { names, stageOfTests, weakContrasts } from "./browser.mjs";

const { stage, onPage } = stageOfTests();

const row = (page, agent) =>
  page.locator(".row", { has: page.getByRole("link", { name: agent, exact: true }) });
const word = (page, agent, verdict) => row(page, agent).locator(".word", { hasText: verdict }).waitFor();

onPage("the fleet is listed, the worst first, with verdict, evidence and age", {}, async (page) => {
  assert.equal(await page.title(), "38 of 42 agents available. 2 down since 14:02, same host.");
  assert.equal(
    (await page.getByRole("heading", { level: 1 }).textContent()).replace(/\s+/g, " ").trim(),
    await page.title(),
  );
  assert.deepEqual((await names(page)).slice(0, 4), [
    "planner-2",
    "embedder-1",
    "scraper-eu-4",
    "reviewer-9",
  ]);
  const cells = await row(page, "planner-2").getByRole("gridcell").allInnerTexts();
  assert.deepEqual(cells.slice(0, 4), [
    "Down",
    "planner-2",
    "planner",
    "Process 40922 was ended by signal 9 (SIGKILL)",
  ]);
  assert.match(cells[4], /^\d+ s ago$/);
  assert.match(
    await row(page, "planner-2").locator("time").first().getAttribute("title"),
    /^2026-05-04 14:02:07\.000 \+00:00$/,
  );
  assert.equal(await page.locator("link[rel=icon]").getAttribute("href"), "/favicon-down.svg");
  assert.equal((await row(page, "coder-02").boundingBox()).height, 28);
});

onPage("each verdict has a glyph of its own, not a colour alone", {}, async (page) => {
  const shapes = await page
    .locator(".chip .glyph")
    .evaluateAll((glyphs) => glyphs.map((glyph) => glyph.innerHTML));
  assert.equal(shapes.length, 10);
  assert.equal(new Set(shapes).size, 10);
});

onPage("under the pointer rows change in place and new ones wait", {}, async (page) => {
  const order = await names(page);
  await row(page, "coder-05").hover();
  await stage.step("agent", { agent: "coder-02", verdict: "down", evidence: [] });
  await stage.step("agent", { agent: "newcomer", verdict: "working" });
  await word(page, "coder-02", "Down");
  const button = page.getByRole("button", { name: "1 new" });
  await button.waitFor();
  assert.deepEqual(await names(page), order);
  await button.click();
  await row(page, "newcomer").waitFor({ state: "attached" });
  assert.equal((await names(page))[0], "coder-02");
  assert.equal(await button.count(), 0);
});

onPage("with the pointer away rows are sorted anew", {}, async (page) => {
  await row(page, "coder-05").hover();
  await stage.step("agent", { agent: "coder-02", verdict: "down" });
  await word(page, "coder-02", "Down");
  assert.equal((await names(page))[0], "planner-2");
  await page.mouse.move(5, 400);
  await page.waitForFunction(() => document.querySelector("#agent-row-0 .agent").textContent === "coder-02");
});

onPage("figures between verdicts are fetched again", { clock: true }, async (page) => {
  await row(page, "coder-02").locator(".memory", { hasText: "191" }).waitFor();
  await stage.step("figures", { agent: "coder-02", process: { rss_bytes: 777 * 1_048_576 } });
  await stage.step("forget", { agent: "coder-03" });
  await page.clock.runFor(5_000);
  await row(page, "coder-02").locator(".memory", { hasText: "777" }).waitFor();
  await row(page, "coder-03").waitFor({ state: "detached" });
});

onPage("verdict counts and typed terms filter the list", {}, async (page) => {
  await page.getByRole("button", { name: "2 silent" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".row").length === 2);
  assert.deepEqual(await names(page), ["nightly-etl", "sandbox-coder-18"]);
  await page.getByRole("button", { name: "Show all" }).click();
  await page.keyboard.press("/");
  await page.keyboard.type("host:gpu-3 down");
  await page.waitForFunction(() => document.querySelectorAll(".row").length === 2);
  assert.deepEqual(await names(page), ["planner-2", "embedder-1"]);
  await page.keyboard.type(" nothing");
  await page.getByText("No agent matches").waitFor();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelectorAll(".row").length > 20);
});

onPage("an agent opens beside the list, with evidence, limits, attributes and timeline", {}, async (page) => {
  await row(page, "scraper-eu-4").click();
  const panel = page.getByRole("complementary", { name: "Agent scraper-eu-4" });
  await panel.getByText("agent.tool_use from agent", { exact: false }).first().waitFor({ state: "attached" });
  assert.equal(new URL(page.url()).hash, "#/agents/default/scraper-eu-4");
  assert.deepEqual(await panel.locator(".evidence-words > p:first-child").allInnerTexts(), [
    "Task crawl-2291 shows no progress within 15 min",
    "Process 7719 is there, sleeping",
    "Task crawl-2291 is open, limit 15 min",
    "Last contact by heartbeat",
  ]);
  const link = panel.getByRole("link", { name: /^record/ }).first();
  assert.match(await link.getAttribute("href"), /^\/api\/v1\/records\/0-\d+$/);
  assert.match(await panel.locator(".gauges").innerText(), /Open files\s+971 of 1\s024/);
  assert.equal(await panel.locator('.gauge-bar[data-high="true"]').count(), 2);
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
});

onPage(
  "a deep link opens its agent, also one in another namespace",
  { hash: "#/agents/acme/acme-router" },
  async (page) => {
    const panel = page.getByRole("complementary");
    await panel.getByText("acme", { exact: true }).waitFor();
    await page.evaluate(() => {
      location.hash = "#/agents/default/nobody";
    });
    await panel.getByText("No agent of this name is known").waitFor();
    // The browser itself reports the 404 that was asked for.
    page.complaints = page.complaints.filter((text) => !text.includes("404"));
  },
);

onPage("everything works by keyboard, with the focus in sight", {}, async (page) => {
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("ArrowDown");
  const active = page.locator('.row[data-active="true"]');
  assert.equal(await active.locator(".agent").innerText(), "scraper-eu-4");
  assert.equal(
    await page.getByRole("grid").getAttribute("aria-activedescendant"),
    await active.getAttribute("id"),
  );
  assert.equal(await active.evaluate((element) => getComputedStyle(element).outlineStyle), "solid");
  await page.keyboard.press("Enter");
  const panel = page.getByRole("complementary", { name: "Agent scraper-eu-4" });
  await panel.waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  await page.keyboard.press("End");
  await page.locator('.row[data-active="true"]', { hasText: "migrator" }).waitFor();
  const box = await page.locator('.row[data-active="true"]').boundingBox();
  assert.ok(box.y + box.height <= 900, "the last row is on screen");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
});

onPage("paused, nothing moves; going on catches up", {}, async (page) => {
  await page.keyboard.press("p");
  await page.getByRole("button", { name: /^Paused at/ }).waitFor();
  await stage.step("agent", { agent: "coder-02", verdict: "down" });
  assert.equal(await row(page, "coder-02").locator(".word").innerText(), "Working");
  await page.keyboard.press("p");
  await word(page, "coder-02", "Down");
});

onPage(
  "a lost server is said, ages stand still, and its return is noticed",
  { clock: true },
  async (page) => {
    await stage.step("drop", { refuse: true });
    await page.getByRole("button", { name: /^Reconnecting since \d\d:\d\d:\d\d/ }).waitFor();
    assert.match(await page.title(), /^Not connected\. /);
    const age = () => row(page, "planner-2").locator(".age").innerText();
    const then = await age();
    await page.clock.runFor(4_000);
    assert.equal(await age(), then);
    await stage.step("accept");
    await stage.step("agent", { agent: "coder-02", verdict: "down" });
    await page.clock.runFor(20_000);
    await page.locator('.live[data-state="live"]').waitFor();
    await word(page, "coder-02", "Down");
    page.complaints = page.complaints.filter((text) => !/503|ERR_INCOMPLETE|ERR_EMPTY/.test(text));
  },
);

onPage("blindness has a banner with its reason and end", {}, async (page) => {
  const banner = page.getByRole("status", { name: "The monitor cannot see" });
  assert.equal(await banner.count(), 0);
  await stage.step("blind", {
    reason: "41 of 43 agents went silent within one deadline",
    since: "2026-05-04T14:02:30.000Z",
    until: "2026-05-04T14:07:30.000Z",
  });
  await banner.getByText("41 of 43 agents went silent within one deadline.").waitFor();
  assert.match(await banner.innerText(), /until 14:07:30 at the latest/);
  await stage.step("blind", null);
  await banner.waitFor({ state: "detached" });
});

onPage("alerts come, lead to their agent, and go", {}, async (page) => {
  const strip = page.getByRole("region", { name: "Alerts" });
  const alert = { id: "a9", name: "agent_down", severity: "critical", priority: "P1", state: "firing" };
  const about = {
    subject_kind: "agent",
    subject: "coder-02",
    message: "coder-02 is down",
    labels: { namespace: "default" },
  };
  const times = { started_at: "2026-05-04T14:02:59.000Z", resolved_at: null };
  await stage.step("alert", { ...alert, ...about, ...times });
  await strip.getByText("Coder-02 is down").waitFor();
  await strip.getByRole("link", { name: "coder-02", exact: true }).click();
  await page.getByRole("complementary", { name: "Agent coder-02" }).waitFor();
  await stage.step("alert", { ...alert, ...about, ...times, state: "resolved" });
  await strip.getByText("Coder-02 is down").waitFor({ state: "detached" });
});

onPage("an alert opens with what follows from it, and is taken in hand", {}, async (page) => {
  const strip = page.getByRole("region", { name: "Alerts" });
  await strip.getByText("2 alerts follow", { exact: false }).waitFor();
  await strip.getByRole("link", { name: "2 of 3 agents on host gpu-3", exact: false }).click();
  const panel = page.getByRole("complementary", { name: "Alert" });
  await panel.getByRole("heading", { name: "Host down" }).waitFor();
  assert.equal(await panel.getByRole("region", { name: "What follows" }).getByRole("listitem").count(), 2);
  await panel.getByText("hooks.slack.com answered 503", { exact: false }).waitFor();
  const take = panel.getByRole("button", { name: "Acknowledge" });
  await take.click();
  await panel.getByText("Say in a few words what is being done", { exact: false }).waitFor();
  await panel.getByRole("textbox", { name: "Comment" }).fill("power is back at noon");
  await take.click();
  await panel.getByText("ann has it in hand: power is back at noon", { exact: false }).waitFor();
  await strip.getByText("ann has it in hand", { exact: false }).waitFor();
  await panel.getByRole("button", { name: "Give back" }).click();
  await take.waitFor();
});

onPage("objectives are listed, the violated first, and what has no data is not met", {}, async (page) => {
  await page.getByRole("link", { name: "Objectives" }).click();
  const panel = page.getByRole("complementary", { name: "Objectives" });
  await panel.getByText("1 met, 1 violated, 1 without data").waitFor();
  const states = await panel.locator(".objective-state").allInnerTexts();
  assert.deepEqual(states, ["Violating", "Meeting", "No data"]);
  await panel.getByText("Error budget overdrawn by 59 %").waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
});

onPage("a silenced alert leaves the strip and says why", {}, async (page) => {
  const strip = page.getByRole("region", { name: "Alerts" });
  await strip.getByRole("link", { name: "2 of 3 agents on host gpu-3", exact: false }).click();
  const panel = page.getByRole("complementary", { name: "Alert" });
  await panel.getByRole("textbox", { name: "Comment" }).fill("it moves to another rack");
  await panel.getByRole("combobox", { name: "How long" }).selectOption("4h");
  await panel.getByRole("button", { name: "Silence for" }).click();
  await strip.getByRole("link", { name: "1 alert silenced" }).waitFor();
  assert.equal(await strip.getByRole("link", { name: "2 of 3 agents", exact: false }).count(), 0);
  await panel.getByText("It is not told: silenced.", { exact: false }).waitFor();
  await panel.getByRole("button", { name: "End the silence" }).click();
  await strip.getByRole("link", { name: "2 of 3 agents on host gpu-3", exact: false }).waitFor();
});

onPage(
  "an empty fleet teaches its first commands, and the first agent appears at once",
  { fleet: { fleet: "empty" } },
  async (page) => {
    assert.match(
      await page.locator(".copyable code").first().innerText(),
      /^curl -d '\{"agent":"a1"\}' \S+\/api\/v1\/heartbeats$/,
    );
    await page.getByText("swarmpulse watch --name bot-1 -- python my_bot.py").waitFor();
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.getByRole("button", { name: /^Copy: swarmpulse/ }).click();
    await page.getByRole("button", { name: /^Copied/ }).waitFor();
    assert.equal(
      await page.evaluate(() => navigator.clipboard.readText()),
      "swarmpulse watch --name bot-1 -- python my_bot.py",
    );
    await stage.step("agent", { agent: "a1", verdict: "starting" });
    await row(page, "a1").waitFor();
  },
);

onPage(
  "of 100,000 agents the worst 5,000 are held, and few rows are made",
  { fleet: { fleet: "large", count: 100_000 } },
  async (page) => {
    await page.getByText(/of the worst 5\s000 agents; the fleet has 100\s000/).waitFor({ state: "attached" });
    assert.ok((await page.locator(".row").count()) < 80);
    await page.keyboard.press("j");
    await page.keyboard.press("End");
    await page.locator("#agent-row-4999").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("node-13 down");
    await page.waitForFunction(() => document.querySelectorAll(".row").length < 40);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: /^Load 5\s000 more/ }).click();
    await page.getByText(/of the worst 10\s000 agents/).waitFor({ state: "attached" });
  },
);

onPage(
  "on a narrow screen a row has two lines and nothing runs out of it",
  { width: 420, height: 860 },
  async (page) => {
    assert.equal((await row(page, "planner-2").boundingBox()).height, 52);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    await row(page, "planner-2").click();
    const panel = page.getByRole("complementary");
    await panel.waitFor();
    await page.waitForFunction(() => document.querySelector(".panel").getBoundingClientRect().left === 0);
  },
);

onPage("the chosen theme is remembered before the first paint", {}, async (page) => {
  await page.keyboard.press("t");
  await page.keyboard.press("t");
  await page.reload();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.locator('.live[data-state="live"]').waitFor();
});

onPage("an answer that the page cannot show leaves a message, not a blank page", {}, async (page) => {
  await stage.step("agent", { agent: "coder-02", verdict: "down", evidence: [{ claim: "odd" }] });
  await page.getByText("This page failed, the monitor did not").waitFor();
  page.complaints = [];
});

for (const scheme of ["light", "dark"]) {
  onPage(
    `every text can be read in the ${scheme} theme`,
    { scheme, hash: "#/agents/default/scraper-eu-4" },
    async (page) => {
      await page.getByText("Timeline").waitFor();
      await stage.step("blind", {
        reason: "a test",
        since: "2026-05-04T14:02:30.000Z",
        until: "2026-05-04T14:07:30.000Z",
      });
      await page.locator(".notice.blind").waitFor();
      await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished)));
      assert.deepEqual(await weakContrasts(page, 4.5), []);
    },
  );
}

onPage(
  "without findings there is no word of them; with them the worst come first",
  { clock: true },
  async (page) => {
    const section = page.getByRole("region", { name: "Findings" });
    assert.equal(await section.count(), 0);
    await stage.step("findings");
    await page.clock.runFor(15_000);
    await section.getByText("Failures feed themselves", { exact: false }).waitFor();
    assert.deepEqual(await section.locator(".severity").allInnerTexts(), ["Critical", "Warning", "Notice"]);
    const shapes = await section
      .locator(".severity-glyph")
      .evaluateAll((glyphs) => glyphs.map((glyph) => glyph.innerHTML));
    assert.equal(new Set(shapes).size, 3);
    await section.getByRole("button", { name: "1 more finding" }).click();
    assert.equal(await section.getByRole("listitem").count(), 4);
    const alert = { id: "memory_leak/default/agent/coder-02", name: "memory_leak", message: "told twice" };
    await stage.step("alert", { ...alert, severity: "warning", state: "firing", labels: {} });
    await page.getByRole("region", { name: "Alerts" }).waitFor();
    await page.clock.runFor(5_000);
    assert.equal(await page.getByText("told twice").count(), 0);
  },
);

onPage("a finding opens beside the list, is drawn, and tells its end", { clock: true }, async (page) => {
  await stage.step("findings", { only: "leak-1" });
  await page.clock.runFor(15_000);
  await page.getByRole("link", { name: "grows by 14.8 MiB/h", exact: false }).click();
  const panel = page.getByRole("complementary", { name: "Finding" });
  await panel.getByRole("heading", { name: "Memory leak" }).waitFor();
  assert.equal(new URL(page.url()).hash, "#/findings/leak-1");
  const chart = panel.getByRole("img", { name: "Memory grows 14.8 MiB/h, limit in 9 h" });
  const paths = await chart
    .locator(".chart-line")
    .evaluateAll((lines) => lines.map((line) => line.getTotalLength()));
  assert.equal(paths.length, 2);
  assert.ok(
    paths.every((length) => length > 100),
    `${paths}`,
  );
  await chart.getByText("limit 512 MiB").waitFor();
  assert.deepEqual(await panel.locator(".facts").first().locator("dt").allInnerTexts(), [
    "Rate",
    "Time to limit",
    "Used",
  ]);
  await panel.getByText("(13.9 to 15.6 MiB/h)").waitFor();
  await panel.getByText("take a heap profile", { exact: false }).waitFor();
  const box = await chart.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await panel.locator(".chart-reading", { hasText: /measured \d+ MiB/ }).waitFor();
  await stage.step("findings", { only: "leak-1", end: true });
  await page.clock.runFor(15_000);
  await panel.getByText("It no longer held at", { exact: false }).waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
});

for (const scheme of ["light", "dark"])
  onPage(
    `findings are to be read in the ${scheme} theme, wide and narrow`,
    { scheme, clock: true },
    async (page) => {
      await stage.step("findings");
      await page.clock.runFor(15_000);
      await page.getByRole("link", { name: "Failures feed themselves", exact: false }).click();
      await page.getByRole("complementary", { name: "Finding" }).getByRole("img").waitFor();
      for (const width of [1440, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const texts = await weakContrasts(page, 4.5);
        assert.deepEqual(
          texts.filter((text) => !text.startsWith("[object SVG")),
          [],
        );
        // The panel comes from beyond the edge.
        await page.evaluate(() => Promise.all(document.getAnimations().map((it) => it.finished)));
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} px too wide at ${width}`);
      }
    },
  );
