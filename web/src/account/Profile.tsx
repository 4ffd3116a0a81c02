import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useMemo, useState } from "react";
import { useMe } from "../session/session";
import { errorOf } from "../ui/errors";
import { Fact, Facts } from "../ui/Fact";
import { Wrong } from "../ui/Form";
import form from "../ui/Form.module.css";
import { words } from "../ui/format";
import { Card } from "../ui/Page";
import { changesOf, zonesWith } from "../settings/agency/agency";
import { datesWith, exampleIn } from "./dates";
import { useChangeProfile } from "./queries";

/** Who somebody is to their colleagues. */
export function Profile() {
  const { user, agency } = useMe();
  const { name: called, time_zone, locale } = user;
  const [now, setNow] = useState({ name: called, time_zone, locale });
  const zones = useMemo(() => zonesWith(time_zone, agency.time_zone), [time_zone, agency.time_zone]);
  const changing = useChangeProfile();
  const changes = changesOf({ name: called, time_zone, locale }, { ...now, name: now.name.trim() });
  const same = Object.keys(changes).length === 0 || now.name.trim() === "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!same) changing.mutate(changes);
  };
  return (
    <Card title="You">
      <form className={form.form} onSubmit={submit}>
        <Wrong error={changing.error} fields={["/name", "/time_zone", "/locale"]} />
        <TextInput
          label="Name"
          description="As your colleagues see it."
          name="name"
          autoComplete="name"
          maxLength={200}
          value={now.name}
          onChange={(event) => setNow({ ...now, name: event.currentTarget.value })}
          error={errorOf(changing.error, "/name")}
        />
        <div className={form.pair}>
          <NativeSelect
            label="Time zone"
            description="In which times are shown to you."
            data={[
              { value: "", label: `As the agency: ${agency.time_zone}` },
              ...zones.map((zone) => ({ value: zone, label: zone })),
            ]}
            value={now.time_zone ?? ""}
            onChange={(event) => setNow({ ...now, time_zone: event.currentTarget.value || null })}
            error={errorOf(changing.error, "/time_zone")}
          />
          <NativeSelect
            label="How dates are written"
            description="The words stay English."
            data={[
              { value: "", label: `As the browser: ${exampleIn(navigator.language)}` },
              ...datesWith(now.locale).map((each) => ({
                value: each.locale,
                label: `${each.name}: ${exampleIn(each.locale)}`,
              })),
            ]}
            value={now.locale ?? ""}
            onChange={(event) => setNow({ ...now, locale: event.currentTarget.value || null })}
            error={errorOf(changing.error, "/locale")}
          />
        </div>
        <Facts>
          <Fact name="Email">{user.email}</Fact>
          <Fact name="Role">
            {words(user.role)} at {agency.name}
          </Fact>
        </Facts>
        <div className={form.actions}>
          <Button type="submit" disabled={same} loading={changing.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Card>
  );
}
