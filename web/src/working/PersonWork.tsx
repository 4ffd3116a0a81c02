import { Modal } from "@mantine/core";
import { useState } from "react";
import type { User } from "../api/schema";
import { Absences } from "./Absences";
import { WorkProfile } from "./WorkProfile";
import styles from "./Working.module.css";

interface PersonWorkProps {
  person: Pick<User, "id" | "name"> | null;
  /** Whether who looks may change it. */
  keeps: boolean;
  close: () => void;
}

/** How a colleague works, and when they are away. */
export function PersonWork({ person, keeps, close }: PersonWorkProps) {
  return (
    <Modal
      opened={person !== null}
      onClose={close}
      title={person ? `How ${person.name} works` : ""}
      size={640}
    >
      {person && <Parts key={person.id} userId={person.id} keeps={keeps} />}
    </Modal>
  );
}

function Parts({ userId, keeps }: { userId: string; keeps: boolean }) {
  const [planning, setPlanning] = useState(false);
  return (
    <div className={styles.parts}>
      <section aria-label="Licences, languages and hours">
        <WorkProfile userId={userId} keeps={keeps} />
      </section>
      <section>
        <h3>Absences</h3>
        <Absences userId={userId} keeps={keeps} planning={planning} plan={setPlanning} />
      </section>
    </div>
  );
}
