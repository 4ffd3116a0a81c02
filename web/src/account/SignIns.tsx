import { Button } from "@mantine/core";
import { IconLockX, IconLogin2 } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { SignInTry } from "../api/schema";
import { Card } from "../ui/Page";
import { Sign } from "../ui/Sign";
import { Failed, Lines, Stale } from "../ui/states";
import { When } from "../ui/When";
import styles from "./Account.module.css";
import { signInsOf } from "./queries";

/** How a try to sign in ended, in words. */
export const OUTCOMES: Readonly<Record<SignInTry["outcome"], string>> = {
  "signed in": "Signed in",
  "wrong password": "Wrong password",
  "wrong second factor": "Wrong second factor",
  "locked after too many tries": "Locked after too many tries",
  deactivated: "The account was deactivated",
  "single sign-on is asked for": "The agency asks for single sign-on",
  "single sign-on refused": "Single sign-on was refused",
  "the agency is suspended": "The agency was suspended",
  "the agency is closed": "The agency was closed",
};

interface SignInsProps {
  userId: string;
  title: string;
  words: string;
}

/** Who signed in to an account and who was not let in, from where. */
export function SignIns({ userId, title, words }: SignInsProps) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    signInsOf(userId),
  );
  const tries = data?.pages.flatMap(({ items }) => items);
  return (
    <Card title={title}>
      {error && tries && <Stale error={error} retry={() => void refetch()} />}
      {error && !tries && <Failed error={error} retry={() => void refetch()} what="list" />}
      {!tries && !error && <Lines count={3} label={`Loading: ${title}`} />}
      {tries?.length === 0 && <p className={styles.words}>Nobody signed in within the last ninety days.</p>}
      {tries && tries.length > 0 && (
        <>
          <ul className={styles.sessions}>
            {tries.map((each) => (
              <Try key={each.id} one={each} />
            ))}
          </ul>
          <p className={styles.words}>{words}</p>
          {hasNextPage && (
            <Button
              variant="default"
              size="compact-md"
              loading={isFetchingNextPage}
              onClick={() => void fetchNextPage()}
            >
              Earlier sign-ins
            </Button>
          )}
        </>
      )}
    </Card>
  );
}

function Try({ one }: { one: SignInTry }) {
  const refused = one.outcome !== "signed in";
  const Icon = refused ? IconLockX : IconLogin2;
  return (
    <li className={styles.session}>
      <Sign tone={refused ? "warn" : "plain"}>
        <Icon size={18} aria-hidden="true" />
      </Sign>
      <div className={styles.where}>
        <p>
          <strong>{OUTCOMES[one.outcome]}</strong>
        </p>
        <p className={styles.words}>
          {one.device} · {one.address || "An unknown address"} · <When at={one.at} exact />
        </p>
      </div>
    </li>
  );
}
