import { Select } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { auditedTypes } from "./auditQueries";
import { typeTitle } from "./audit";
import styles from "./Operations.module.css";
import { SERVICE_NAMES, SERVICES, type ServiceName } from "./services";

interface ChooseTypeProps {
  /** The service that alone is looked at. */
  only: ServiceName | undefined;
  chosen: string | undefined;
  choose: (type: string | undefined) => void;
}

/** Which event, or what was looked at: found by typing, service by service. What there is is asked for once it is opened. */
export function ChooseType({ only, chosen, choose }: ChooseTypeProps) {
  const [opened, setOpened] = useState(false);
  const asked = SERVICE_NAMES.filter((service) => only === undefined || only === service);
  const types = useQueries({
    queries: asked.map((service) => ({ ...auditedTypes(service), enabled: opened })),
  });
  // What several services have, looks at the trail itself for one, stands with the first.
  const seen = new Set<string>();
  const groups = asked.map((service, place) => ({
    group: SERVICES[service],
    items: [...(types[place]?.data?.changes ?? []), ...(types[place]?.data?.looks ?? [])]
      .filter((type) => !seen.has(type) && seen.add(type))
      .map((type) => ({ value: type, label: typeTitle(type) })),
  }));
  const known = chosen === undefined || seen.has(chosen);
  const pending = types.some(({ isPending }) => isPending);
  return (
    <Select
      className={styles.chooseType}
      aria-label="Event or look"
      placeholder="Event or look"
      size="sm"
      searchable
      clearable
      clearButtonProps={{ "aria-label": "Any event or look" }}
      comboboxProps={{ width: 300, position: "bottom-start" }}
      maxDropdownHeight={320}
      nothingFoundMessage={pending ? "Loading what there is" : "Nothing is called so"}
      data={[
        ...(known ? [] : [{ group: "Chosen", items: [{ value: chosen, label: typeTitle(chosen) }] }]),
        ...groups.filter(({ items }) => items.length > 0),
      ]}
      value={chosen ?? null}
      onDropdownOpen={() => setOpened(true)}
      onChange={(type) => choose(type ?? undefined)}
    />
  );
}
