import { Button } from "@mantine/core";
import { IconArrowBackUp } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMayWrite } from "../session/session";
import { fieldName } from "../timeline/fields";
import { failed, said } from "../ui/toast";
import { type NameOf, valueInWords } from "./names";
import type { Past } from "./past";

// Where somebody came from, and what they became, stays as it is.
const STAYS = new Set(["source", "campaign_id", "client_id", "lead_id", "shared_with"]);

interface RestoreProps {
  past: Past;
  field: string;
  /** What it was in the version, and is to be again. */
  value: string | null;
  version: number;
  nameOf: NameOf;
}

/** Sets one field back to what it was; nothing for those who may not, and for what is not set back. */
export function Restore({ past, field, value, version, nameOf }: RestoreProps) {
  const queries = useQueryClient();
  const mayWrite = useMayWrite();
  const name = fieldName(field);
  const was = value === null || value === "" ? "nothing" : valueInWords(field, value, nameOf);
  const restoring = useMutation({
    mutationFn: () => past.restore!(field, version),
    onSuccess: () => {
      said(`${name} is again what it was`);
      for (const queryKey of [[past.key[0]], ["timeline"], ["reports"]])
        void queries.invalidateQueries({ queryKey });
    },
    onError: (error) => failed(`${name} was not restored`, error),
  });
  if (!past.restore || !mayWrite || STAYS.has(field) || version < 1) return null;
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      leftSection={<IconArrowBackUp size={13} aria-hidden="true" />}
      aria-label={`Restore this value: ${name}, ${was}`}
      title={`${name} becomes ${was} again`}
      loading={restoring.isPending}
      onClick={() => restoring.mutate()}
    >
      Restore this value
    </Button>
  );
}
