import { Button, MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { beforeEach, expect, it, vi } from "vitest";
import { Picker } from "./Picker";

vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => {
  Element.prototype.scrollIntoView = () => undefined;
});

const options = Array.from({ length: 300 }, (_, n) => ({ value: `v${n}`, label: `Choice ${n}` }));

function Chosen({ single = false }) {
  const [chosen, setChosen] = useState<string[]>(["v250"]);
  return (
    <MantineProvider env="test">
      <Picker
        name="Choices"
        button={<Button>Choose</Button>}
        options={options}
        chosen={chosen}
        toggle={(value) =>
          setChosen((now) => (now.includes(value) ? now.filter((each) => each !== value) : [...now, value]))
        }
        single={single}
      />
      <output>{chosen.join()}</output>
    </MantineProvider>
  );
}

it("hundreds of choices are found by typing, taken by Enter, and what is chosen stands first", async () => {
  const user = userEvent.setup();
  render(<Chosen />);
  await user.tab();
  await user.keyboard("{Enter}");
  const box = await screen.findByRole("textbox", { name: "Find in Choices" });
  expect(screen.getAllByRole("option")).toHaveLength(100);
  expect(screen.getAllByRole("option", { selected: true }).map((each) => each.textContent)).toEqual([
    "Choice 250",
  ]);
  expect(screen.getAllByRole("option")[0]!.textContent).toBe("Choice 250");
  expect(screen.getByText("200 more: type to find them")).toBeTruthy();
  await user.type(box, "choice 123{Enter}");
  expect(screen.getByRole("status").textContent).toBe("v250,v123");
  await user.clear(box);
  await user.type(box, "nothing at all");
  expect(screen.getByText("Nothing is called that")).toBeTruthy();
});

it("of which one is wanted, it closes with it", async () => {
  const user = userEvent.setup();
  render(<Chosen single />);
  await user.click(screen.getByRole("button", { name: "Choose" }));
  await user.type(await screen.findByRole("textbox", { name: "Find in Choices" }), "choice 7{Enter}");
  expect(screen.getByRole("status").textContent).toBe("v250,v7");
  expect(screen.getByRole("button", { name: "Choose" }).getAttribute("aria-expanded")).toBe("false");
});
