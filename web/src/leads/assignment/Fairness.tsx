import { NativeSelect } from "@mantine/core";
import { IconScale } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Frame } from "../../reports/Frame";
import { Chip } from "../../ui/Chip";
import { Card } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import styles from "./Assignment.module.css";
import { useNames } from "./names";
import { fairnessOf } from "./queries";
import { Bar } from "./WhatIf";

/** Who got how many by which rule, beside what their weight would give them; and whose went unanswered. */
export function Fairness() {
  const [days, setDays] = useState("30");
  const { data, error, refetch } = useQuery(fairnessOf(Number(days)));
  const names = useNames();
  const ask = () => void refetch();
  return (
    <>
      <NativeSelect
        label="Leads given in the last"
        className={styles.period}
        value={days}
        onChange={(event) => setDays(event.currentTarget.value)}
        data={["7", "30", "90", "365"].map((value) => ({ value, label: `${value} days` }))}
      />
      {error && data && <Stale error={error} retry={ask} />}
      {error && !data && <Failed error={error} retry={ask} what="report" />}
      {!data && !error && <Lines count={5} label="Loading who got how many" />}
      {data?.items.length === 0 && (
        <Empty icon={<IconScale size={24} />} title="No lead was given by a rule in these days" />
      )}
      {data?.items.map((rule) => {
        const most = Math.max(1, ...rule.agents.map(({ leads }) => leads));
        return (
          <Card
            key={rule.rule_id}
            title={rule.name}
            actions={rule.in_force ? undefined : <Chip>Not in force any more</Chip>}
          >
            <Frame label={`Leads by ${rule.name}`}>
              <thead>
                <tr>
                  <th scope="col">Who</th>
                  <th scope="col">Weight</th>
                  <th scope="col">By weight</th>
                  <th scope="col">Leads</th>
                </tr>
              </thead>
              <tbody>
                {rule.agents.map(({ user_id, weight, leads, fair }) => (
                  <tr key={user_id}>
                    <th scope="row">{names.user(user_id)}</th>
                    <td>{weight || "—"}</td>
                    <td>{fair}</td>
                    <td>
                      <Bar value={leads} most={most} drafted />
                    </td>
                  </tr>
                ))}
              </tbody>
            </Frame>
          </Card>
        );
      })}
      {data && data.unanswered.length > 0 && (
        <Card title="Not answered in the time their rule gives">
          <ul className={styles.reasons}>
            {data.unanswered.map(({ user_id, leads }) => (
              <li key={user_id}>
                {names.user(user_id)}: {leads}
              </li>
            ))}
          </ul>
        </Card>
      )}
    </>
  );
}
