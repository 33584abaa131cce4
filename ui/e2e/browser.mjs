// A browser and a mock server for the tests, and what they ask of a page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { startMock } from "../dev/mock-server.mjs";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Starts both. `BASE_URL` names a mock server that runs already; without it one is started on a free port. */
export async function startStage() {
  const mock = process.env.BASE_URL
    ? { url: process.env.BASE_URL.replace(/\/$/, ""), stop() {} }
    : await startMock();
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });

  const step = async (control, body) => {
    const response = await fetch(`${mock.url}/__mock/${control}`, {
      method: "POST",
      body: JSON.stringify(body === undefined ? {} : body),
    });
    if (!response.ok) throw new Error(`the mock server refused ${control}: ${await response.text()}`);
  };

  /** A fresh page on a fresh fleet; complaints of the browser, a breach of the policy among them, are kept. */
  const open = async ({
    hash = "",
    fleet = {},
    width = 1440,
    height = 900,
    scheme = "light",
    clock = false,
    token = null,
    live = true,
  } = {}) => {
    await step("reset", fleet);
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      timezoneId: "UTC",
    });
    const page = await context.newPage();
    page.complaints = [];
    page.on("pageerror", (error) => page.complaints.push(error.message));
    page.on("console", (message) => message.type() === "error" && page.complaints.push(message.text()));
    if (clock) await page.clock.install();
    if (token !== null)
      await context.addInitScript((held) => sessionStorage.setItem("swarmpulse.token", held), token);
    await page.goto(`${mock.url}/${hash}`);
    await page.locator(".row, .empty").first().waitFor();
    if (live) await page.locator('.live[data-state="live"]').waitFor();
    return page;
  };

  const stop = async () => {
    await browser.close();
    mock.stop();
  };
  return { url: mock.url, step, open, stop };
}

/** For a file of tests: a stage that starts and stops with them, and a way to run each on a page of its own. */
export function stageOfTests() {
  let started;
  before(async () => {
    started = await startStage();
  });
  after(() => started.stop());
  const stage = {
    step: (control, body) => started.step(control, body),
    open: (options) => started.open(options),
    get url() {
      return started.url;
    },
  };
  /** Whatever the browser complains of fails it. */
  const onPage = (name, options, run) => {
    test(name, async () => {
      const page = await stage.open(options);
      try {
        await run(page);
        assert.deepEqual(page.complaints, []);
      } finally {
        await page.context().close();
      }
    });
  };
  return { stage, onPage };
}

/** The agents' names in the order in which their rows stand. */
export function names(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll(".row")]
      .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
      .map((row) => row.querySelector(".agent a").textContent),
  );
}

/** Every visible text whose contrast with what lies behind it is below `least`, and how far. */
export function weakContrasts(page, least) {
  return page.evaluate((limit) => {
    const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (color) => {
      const [r, g, b] = rgba(color).map((part) => {
        const value = part / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
      for (let at = element; at !== null; at = at.parentElement) {
        const color = getComputedStyle(at).backgroundColor;
        if (rgba(color)[3] === 255) return color;
      }
      return "white";
    };
    const weak = [];
    for (const element of document.querySelectorAll("body *")) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== "");
      const style = getComputedStyle(element);
      if (
        !own ||
        element.closest(".hidden, noscript, script") ||
        !element.checkVisibility({ opacityProperty: true })
      )
        continue;
      const pair = [luminance(style.color), luminance(ground(element))].sort((a, b) => b - a);
      const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
      if (ratio < limit)
        weak.push(`${element.className || element.tagName} "${element.textContent}" ${ratio.toFixed(2)}`);
    }
    return weak;
  }, least);
}
