import { Button, NativeSelect } from "@mantine/core";
import { IconLock } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { LineOfBusiness } from "../../api/schema";
import settings from "../../settings/Settings.module.css";
import { words } from "../../ui/format";
import { Wrong } from "../../ui/Form";
import { Page } from "../../ui/Page";
import { Empty, Failed, Lines, Stale } from "../../ui/states";
import { BackToLeads } from "../BackToLeads";
import { linesOfBusiness } from "../lines";
import { useMayKeepSources } from "../sources/access";
import { useDefine } from "./define";
import { Placed } from "./Placed";
import { pipelines } from "./queries";
import { Stages } from "./Stages";

/** The stages that leads go through, for each line of business. Who keeps them changes them, the others see them. */
export function PipelinesPage() {
  // The same people keep both: see the table of roles.
  const mayKeep = useMayKeepSources();
  const { data: now, error, refetch } = useQuery(pipelines);
  const ask = () => void refetch();
  return (
    <Page title="Pipelines" above={<BackToLeads />}>
      {!mayKeep && (
        <Empty icon={<IconLock />} title="You may not change pipelines">
          Owners, admins and managers do; ask one of them.
        </Empty>
      )}
      {mayKeep && error && now && <Stale error={error} retry={ask} />}
      {mayKeep && error && !now && <Failed error={error} retry={ask} what="list of pipelines" />}
      {mayKeep && !now && !error && <Lines count={5} label="Loading the pipelines" />}
      {mayKeep && <Placed />}
      {mayKeep &&
        now?.items.map((pipeline) => (
          <Stages key={pipeline.line} pipeline={pipeline} version={now.version} />
        ))}
      {mayKeep && now && <OfItsOwn />}
    </Page>
  );
}

/** A line gets stages of its own, which are at first those of all the others. */
function OfItsOwn() {
  const { data: now } = useQuery(pipelines);
  const defining = useDefine();
  const left = linesOfBusiness.filter((line) => !now?.items.some((each) => each.line === line));
  const [chosen, setChosen] = useState<LineOfBusiness | null>(null);
  const line = chosen !== null && left.includes(chosen) ? chosen : left[0];
  if (!now || line === undefined) return null;
  const { name: _, line: __, ...rest } = now.items[0]!;
  return (
    <div className={settings.tools}>
      <NativeSelect
        label="A line with stages of its own"
        data={left.map((value) => ({ value, label: words(value) }))}
        value={line}
        onChange={(event) => setChosen(event.currentTarget.value as LineOfBusiness)}
      />
      <Button
        variant="default"
        loading={defining.isPending}
        onClick={() =>
          defining.mutate({ line, version: now.version, body: { ...rest, name: words(line), moved: {} } })
        }
      >
        Add
      </Button>
      <Wrong error={defining.error} />
    </div>
  );
}
