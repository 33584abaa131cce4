import { expect, test } from "vitest";
import { behind, HELD_MOST, inFront } from "./paging";
import { settle } from "./settle";

interface Item {
  id: string;
  state?: string;
}

const idOf = (item: Item) => item.id;
const items = (...ids: string[]): Item[] => ids.map((id) => ({ id }));
const ids = (list: { items: readonly Item[] }) => list.items.map(idOf).join("");

test("a page goes behind what is held, and nothing is held twice", () => {
  const held = { items: items("d", "c"), next: "1" };
  const both = behind(held, { items: items("c", "b"), next: "2" }, idOf);
  expect([ids(both), both.next]).toEqual(["dcb", "2"]);
});

test("no more is held than can be", () => {
  const many = items(...Array.from({ length: HELD_MOST }, (_, n) => String(n)));
  const full = behind({ items: many, next: "1" }, { items: items("more"), next: "2" }, idOf);
  expect(full.items).toHaveLength(HELD_MOST);
  expect(
    inFront({ items: many, next: "1" }, { items: [{ id: "new" }, { id: "0" }], next: null }, idOf).items[0],
  ).toEqual({ id: "new" });
});

test("the first page read anew puts new ones in front and changed ones in their places", () => {
  const held = { items: items("c", "b", "a"), next: "9" };
  const page = { items: [{ id: "d" }, { id: "c", state: "dead" }, { id: "b" }], next: "3" };
  const fresh = inFront(held, page, idOf);
  expect([ids(fresh), fresh.next, fresh.items[1]?.state]).toEqual(["dcba", "9", "dead"]);
});

test("after a gap the list begins anew, since what lies between is not known", () => {
  const fresh = inFront({ items: items("b", "a"), next: "9" }, { items: items("z", "y"), next: "3" }, idOf);
  expect([ids(fresh), fresh.next]).toEqual(["zy", "3"]);
});

const shown = (before: string[], now: string[], held = true) => {
  const { lines, waiting } = settle(before, items(...now), held);
  return `${lines.map(idOf).join("")} ${waiting}`;
};

test("while it is read a list keeps its places, and new lines wait", () => {
  expect(shown(["b", "a"], ["c", "b", "a"])).toBe("ba 1");
  expect(shown(["b", "a"], ["c", "b", "a"], false)).toBe("cba 0");
  // Another order is another place for none of them.
  expect(shown(["b", "a"], ["a", "b"])).toBe("ba 0");
  expect(shown(["c", "b", "a"], ["x", "c", "y", "a"])).toBe("ca 2");
});

test("what comes behind the last line disturbs nobody", () => {
  expect(shown(["c", "b"], ["c", "b", "a"])).toBe("cba 0");
  expect(shown([], ["a"])).toBe("a 0");
  expect(shown(["z"], ["a"])).toBe("a 0");
});

test("lines between those known wait, also when the list was sorted anew", () => {
  expect(shown(["b", "a"], ["a", "n", "b", "later"])).toBe("balater 1");
});
