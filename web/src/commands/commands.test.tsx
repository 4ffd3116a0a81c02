import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Found, KeySheet, Palette } from "./Palette";
import { type Command, useCommands } from "./registry";
import { keyCaps, setLettersAreShortcuts, useShortcuts } from "./shortcuts";

const ran = vi.fn<(id: string) => void>();
const command = (id: string, keys?: string, disabled = false): Command => ({
  id,
  title: `Do ${id}`,
  group: "Test",
  keys,
  disabled,
  run: () => ran(id),
});
const COMMANDS = [
  command("list", "g l"),
  command("add", "c"),
  command("palette", "mod+k"),
  command("clear", "shift+x"),
  command("never", "n", true),
];

function Office() {
  useShortcuts();
  useCommands(COMMANDS);
  return <input aria-label="typing" />;
}

const nothing = () => undefined;

beforeEach(() => {
  ran.mockClear();
  localStorage.clear();
});

describe("keys", () => {
  it("run their commands, one stroke or two", () => {
    render(<Office />);
    for (const key of ["g", "l", "c"]) fireEvent.keyDown(document.body, { key });
    fireEvent.keyDown(document.body, { key: "X", shiftKey: true });
    fireEvent.keyDown(document.body, { key: "k", ctrlKey: true });
    expect(ran.mock.calls.flat()).toEqual(["list", "add", "clear", "palette"]);
  });

  it("are left alone while somebody types, but for those with Ctrl", () => {
    render(<Office />);
    const input = screen.getByLabelText("typing");
    fireEvent.keyDown(input, { key: "c" });
    expect(ran).not.toHaveBeenCalled();
    fireEvent.keyDown(input, { key: "k", ctrlKey: true });
    expect(ran).toHaveBeenCalledWith("palette");
  });

  it("do not run what cannot be done now, nor letters that are switched off", () => {
    render(<Office />);
    fireEvent.keyDown(document.body, { key: "n" });
    setLettersAreShortcuts(false);
    fireEvent.keyDown(document.body, { key: "c" });
    expect(ran).not.toHaveBeenCalled();
  });
});

it("the sheet shows every command that has keys, and the palette every command", async () => {
  const { unmount } = render(
    <MantineProvider env="test">
      <Office />
      <KeySheet opened close={nothing} letters setLetters={nothing} />
    </MantineProvider>,
  );
  const rows = within(await screen.findByRole("dialog")).getAllByRole("listitem");
  expect(rows.map((row) => row.textContent)).toEqual(
    COMMANDS.map((each) => each.title + keyCaps(each.keys!).join("")),
  );
  unmount();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Office />
        <Palette opened close={nothing} find={() => Promise.resolve([])} searchAll={nothing} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const options = await screen.findAllByRole("option");
  expect(options).toHaveLength(COMMANDS.length);
});

it("takes what is typed before the dialog has given its box the focus", () => {
  vi.useFakeTimers();
  try {
    render(
      <MantineProvider env="test">
        <QueryClientProvider client={new QueryClient()}>
          <Palette opened close={nothing} find={() => Promise.resolve([])} searchAll={nothing} />
        </QueryClientProvider>
      </MantineProvider>,
    );
    expect(document.activeElement).toBe(document.body);
    fireEvent.keyDown(document.body, { key: "m" });
    expect(document.activeElement).toBe(input());
  } finally {
    vi.useRealTimers();
  }
});

const input = () => screen.getByPlaceholderText("Search people, or do something");
const type = (value: string) => fireEvent.change(input(), { target: { value } });
// Mantine reads `code`, browsers give both.
const press = (key: string) => fireEvent.keyDown(input(), { key, code: key });
const highlighted = () =>
  screen
    .getAllByRole("option")
    .filter((option) => option.hasAttribute("data-combobox-selected"))
    .map((option) => option.firstElementChild?.textContent);

describe("the palette's Enter", () => {
  const opened = vi.fn<(name: string) => void>();
  const closed = vi.fn<() => void>();
  const person = (name: string): Found => ({
    id: name,
    title: name,
    detail: null,
    group: "Leads",
    open: () => opened(name),
  });
  /** Answers to what was searched, given when the test says so. */
  let answers: Map<string, (people: Found[]) => void>;

  beforeEach(async () => {
    opened.mockClear();
    closed.mockClear();
    answers = new Map();
    const find = (words: string) =>
      new Promise<Found[]>((resolve) => {
        answers.set(words, resolve);
      });
    render(
      <MantineProvider env="test">
        <QueryClientProvider client={new QueryClient()}>
          <Office />
          <Palette opened close={closed} find={find} searchAll={(words) => opened(`all ${words}`)} />
        </QueryClientProvider>
      </MantineProvider>,
    );
    await screen.findAllByRole("option");
  });

  const answer = async (words: string, ...names: string[]) => {
    await waitFor(() => expect(answers.has(words)).toBe(true));
    await act(async () => answers.get(words)!(names.map(person)));
    for (const name of names) await screen.findByRole("option", { name });
  };

  it("takes the command that is highlighted, also when people came above it", async () => {
    type("do list");
    expect(highlighted()).toEqual(["Do list"]);
    await answer("do list", "Dolores List");
    expect(highlighted()).toEqual(["Do list"]);
    expect(input().getAttribute("aria-activedescendant")).toBe(
      screen.getByRole("option", { name: /^Do list/ }).id,
    );
    press("Enter");
    expect(ran.mock.calls.flat()).toEqual(["list"]);
    expect(opened).not.toHaveBeenCalled();
  });

  it("takes nobody whom the words before found, by key or by click", async () => {
    type("anna");
    await answer("anna", "Anna Abel", "Anna Zorn");
    expect(highlighted()).toEqual(["Anna Abel"]);
    type("anna zorn");
    await waitFor(() => expect(answers.has("anna zorn")).toBe(true));
    expect(highlighted()).toEqual([]);
    press("Enter");
    fireEvent.click(screen.getByRole("option", { name: "Anna Abel" }));
    expect(opened).not.toHaveBeenCalled();
    await answer("anna zorn", "Anna Zorn");
    expect(highlighted()).toEqual(["Anna Zorn"]);
    press("Enter");
    expect(opened.mock.calls.flat()).toEqual(["Anna Zorn"]);
  });

  it("takes where the arrows and the mouse went, past what cannot be done, and round", async () => {
    press("ArrowUp");
    expect(highlighted()).toEqual(["Do clear"]);
    press("ArrowDown");
    expect(highlighted()).toEqual(["Do list"]);
    fireEvent.mouseMove(screen.getByRole("option", { name: /^Do never/ }));
    expect(highlighted()).toEqual(["Do list"]);
    fireEvent.mouseMove(screen.getByRole("option", { name: /^Do add/ }));
    expect(highlighted()).toEqual(["Do add"]);
    press("Enter");
    expect(ran.mock.calls.flat()).toEqual(["add"]);
  });

  it("searches all that was said where nobody is found", async () => {
    type("hail damage");
    await answer("hail damage");
    await screen.findByRole("option", { name: /Search all/ });
    press("Enter");
    expect(opened.mock.calls.flat()).toEqual(["all hail damage"]);
    expect(closed).toHaveBeenCalledTimes(1);
  });

  it("is not needed to leave: Escape does", () => {
    press("Escape");
    expect(closed).toHaveBeenCalledTimes(1);
    expect(ran).not.toHaveBeenCalled();
  });
});
