import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import styles from "./undo.module.css";

/** Something was done that can be taken back, for as long as this is shown. */
export function saidWithUndo(message: string, undo: () => void): void {
  const id = notifications.show({
    message: (
      <span className={styles.row}>
        {message}
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          Undo
        </Button>
      </span>
    ),
    color: "garden",
    autoClose: 8000,
    withBorder: true,
    closeButtonProps: { "aria-label": "Close" },
  });
}
