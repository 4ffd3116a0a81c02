import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { KeySheet, Palette } from "./Palette";
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
