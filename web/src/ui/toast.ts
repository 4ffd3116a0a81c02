import { notifications } from "@mantine/notifications";
import { ApiProblem } from "../api/problem";

const closable = { closeButtonProps: { "aria-label": "Close" }, withBorder: true };

/** Something was done. */
export function said(message: string): void {
  notifications.show({ message, color: "garden", autoClose: 4000, ...closable });
}

/** Something was not done, and why. Stays until it is read. */
export function failed(what: string, error: unknown): void {
  const message = error instanceof ApiProblem ? error.message : "Something went wrong. Please try again.";
  notifications.show({ title: what, message, color: "red", autoClose: 12_000, ...closable });
}
