import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "../../api/client";
import type { User } from "../../api/schema";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { said } from "../../ui/toast";
import styles from "../Settings.module.css";

/** For somebody who lost their telephone and their recovery codes: their second factor is taken away. */
export function LostFactor({ person }: { person: User }) {
  const [asking, setAsking] = useState(false);
  const taking = useMutation({
    mutationFn: () =>
      data(api.DELETE("/api/v1/users/{user_id}/second-factor", { params: { path: { user_id: person.id } } })),
    onSuccess: () => {
      setAsking(false);
      said(`${person.name} signs in by password alone, and is signed out everywhere`);
    },
  });
  return (
    <div className={styles.danger}>
      <p className={styles.words}>
        Who lost their authenticator app and their recovery codes cannot sign in. You may take their second
        factor away: be sure that it is they who ask. They are signed out everywhere, and told by mail.
      </p>
      <Wrong error={taking.error} />
      <div className={form.actions}>
        {asking ? (
          <>
            <Button variant="default" onClick={() => setAsking(false)}>
              Keep it
            </Button>
            <Button color="red.9" loading={taking.isPending} onClick={() => taking.mutate()}>
              Take it away now
            </Button>
          </>
        ) : (
          <Button variant="default" onClick={() => setAsking(true)}>
            Take the second factor away…
          </Button>
        )}
      </div>
    </div>
  );
}
