import { useMemo, useState } from "react";
import { useCommands } from "../commands/registry";
import { useMe } from "../session/session";
import { Card } from "../ui/Page";
import { Absences } from "./Absences";
import { WorkProfile } from "./WorkProfile";

/** One's own licences, languages, hours and absences. */
export function MyWork() {
  const { user } = useMe();
  const [planning, setPlanning] = useState(false);
  useCommands(
    useMemo(
      () => [
        {
          id: "plan absence",
          title: "Plan an absence",
          group: "My work",
          keys: "c",
          keywords: "away vacation holiday time off",
          run: () => setPlanning(true),
        },
      ],
      [],
    ),
  );
  return (
    <>
      <Card title="My work">
        <WorkProfile userId={user.id} keeps />
      </Card>
      <Card title="Absences">
        <Absences userId={user.id} keeps planning={planning} plan={setPlanning} />
      </Card>
    </>
  );
}
