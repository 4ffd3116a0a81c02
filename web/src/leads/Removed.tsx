import { Button } from "@mantine/core";
import { IconTrashOff } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "../api/client";
import styles from "../directory/Unclaimed.module.css";
import { failed, said } from "../ui/toast";

/** That no list shows this lead any more, and the way back for whoever may. */
export function Removed({ id, mayWrite }: { id: string; mayWrite: boolean }) {
  const queries = useQueryClient();
  const restoring = useMutation({
    mutationFn: () =>
      data(api.POST("/api/v1/leads/{lead_id}/restore", { params: { path: { lead_id: id } } })),
    onSuccess: () => {
      said("The lead is back");
      for (const queryKey of [["leads"], ["history"], ["reports"]])
        void queries.invalidateQueries({ queryKey });
    },
    onError: (error) => failed("The lead was not restored", error),
  });
  return (
    <div className={styles.unclaimed} role="note">
      <IconTrashOff size={18} stroke={1.7} aria-hidden="true" />
      <span>
        This lead was removed: no list shows it, and nothing of it can be changed until it is restored.
      </span>
      {mayWrite && (
        <Button size="compact-sm" loading={restoring.isPending} onClick={() => restoring.mutate()}>
          Restore
        </Button>
      )}
    </div>
  );
}
