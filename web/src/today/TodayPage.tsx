import { useMe } from "../session/session";
import { Page } from "../ui/Page";
import { useNow } from "../ui/When";
import { useZone } from "../ui/zone";
import { CameBack, Conversations, Mentions, ToClaim, Waiting, WorthActingOn } from "./Cards";
import { dateInWords, greeting } from "./greeting";
import { DueTasks } from "./DueTasks";
import { Pipeline } from "./Pipeline";
import styles from "./Today.module.css";

/** Where the day begins: how things stand, and who waits for what. */
export function TodayPage() {
  const { user } = useMe();
  const zone = useZone();
  const now = useNow();
  return (
    <Page
      title="Today"
      heading={
        <>
          <h1>{greeting(user.name, zone, now)}</h1>
          <p className={styles.date}>{dateInWords(zone, now)}</p>
        </>
      }
    >
      <Pipeline />
      <div className={styles.cards}>
        <div>
          <CameBack />
          <DueTasks />
          <Waiting />
          <Mentions />
          <ToClaim />
        </div>
        <div>
          <WorthActingOn />
          <Conversations />
        </div>
      </div>
    </Page>
  );
}
