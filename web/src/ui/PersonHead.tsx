import { IconMail, IconPhone } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Chip } from "./Chip";
import { Face } from "./Face";
import { phone, words } from "./format";
import record from "./Record.module.css";

interface PersonHeadProps {
  person: {
    display_name: string;
    phone: string | null;
    email: string | null;
    line_of_business: string | null;
    forgotten_at: string | null;
  };
  /** Where they stand with the agency. */
  standing: ReactNode;
  /** Who has them, in words. */
  owner: string;
  /** What time it is for them, beside their number. */
  theirTime: ReactNode;
}

/** Who a record is of, and how they are reached: the heading of its page. */
export function PersonHead({ person, standing, owner, theirTime }: PersonHeadProps) {
  return (
    <>
      <div className={record.who}>
        <Face name={person.forgotten_at === null ? person.display_name : null} size={48} />
        <div>
          <h1>{person.display_name}</h1>
          <div className={record.tags}>
            {standing}
            {person.line_of_business && <Chip>{words(person.line_of_business)}</Chip>}
            <span>{owner}</span>
          </div>
        </div>
      </div>
      <div className={record.reach}>
        {person.phone && (
          <div className={record.number}>
            <a href={`tel:${person.phone}`}>
              <IconPhone size={15} aria-hidden="true" />
              <span>{phone(person.phone)}</span>
            </a>
            {theirTime}
          </div>
        )}
        {person.email && (
          <a href={`mailto:${person.email}`}>
            <IconMail size={15} aria-hidden="true" />
            <span>{person.email}</span>
          </a>
        )}
      </div>
    </>
  );
}
