// How smoothly the long lists scroll: 10,000 rows of each in a real browser, a step a frame, as built in dist/.
//
//   node dev/measure-scroll.mjs [alerts|silences|notifications ...]     SLOWER=4 slows the page's processor down so often
import { loadavg } from "node:os";
import { startStage } from "../e2e/browser.mjs";

const ROWS = 10_000;
const FRAMES = 150;
/** A finger, a wheel turned quickly, a thumb pulled: the last replaces every row each frame. */
const STEPS_PX = [100, 400, 2_000];

const stage = await startStage();
const named = process.argv.slice(2);
const lists = named.length > 0 ? named : ["alerts", "silences", "notifications"];
const slower = Number(process.env.SLOWER ?? 1);
console.log(`load ${loadavg()[0].toFixed(2)}, processor slowed down ${slower} times`);
for (const list of lists) {
  const fleet = { past: ROWS, silences: ROWS, notifications: ROWS };
  const page = await stage.open({ hash: `#/${list}`, fleet });
  await page.locator(".rows .row").nth(3).waitFor();
  const rows = await readAll(page);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable", { timeDomain: "threadTicks" });
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: slower });
  for (const px of STEPS_PX) {
    const before = await spent(cdp);
    const frames = await page.evaluate(scroll, [px, FRAMES]);
    const after = await spent(cdp);
    frames.sort((a, b) => a - b);
    const at = (part) => `${frames[Math.floor((frames.length - 1) * part)].toFixed(1)}`;
    const each = ["Task", "Script", "RecalcStyle", "Layout"].map((what) => {
      const name = `${what}Duration`;
      return `${what.toLowerCase()} ${(((after[name] - before[name]) * 1_000) / FRAMES).toFixed(1)}`;
    });
    console.log(
      `${list}, ${rows} rows, ${px} px a frame: ${at(0.5)} ms a frame in the median, ${at(0.95)} at p95, ` +
        `${at(1)} at worst; CPU of the main thread: ${each.join(", ")} ms`,
    );
  }
  await page.context().close();
}
await stage.stop();

/** Goes to the end until no more comes, and back. */
async function readAll(page) {
  await page.keyboard.press("j");
  const count = () => page.evaluate(() => Number(document.querySelector(".rows .grid").ariaRowCount));
  let rows = await count();
  while (rows < ROWS) {
    await page.keyboard.press("End");
    await page.waitForFunction(
      (now) => Number(document.querySelector(".rows .grid").ariaRowCount) > now,
      rows,
    );
    rows = await count();
  }
  await page.keyboard.press("Home");
  return rows;
}

async function spent(cdp) {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

/** Runs in the page: the milliseconds between frames. */
function scroll([px, frames]) {
  return new Promise((done) => {
    const scroller = document.querySelector(".scroller");
    const times = [];
    let last;
    let to = 1_000;
    const frame = (at) => {
      if (last !== undefined) times.push(at - last);
      last = at;
      to += px;
      scroller.scrollTo(0, to);
      if (times.length < frames) requestAnimationFrame(frame);
      else done(times);
    };
    requestAnimationFrame(frame);
  });
}
