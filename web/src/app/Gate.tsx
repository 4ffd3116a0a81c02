import { Outlet, useRouterState } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { Live } from "../live/Live";
import { AtRestPage } from "../session/AtRestPage";
import { ConfirmHost } from "../session/ConfirmHost";
import { restore, useSession } from "../session/session";
import { SignInPage } from "../session/SignInPage";
import { Failed, Lines } from "../ui/states";
import { Zone } from "../ui/zone";
import { Branded } from "./Branded";
import styles from "./Gate.module.css";
import { Shell } from "./Shell";

/** What stands before the gate: who comes by a letter's link proves who they are there, and operators have a door of their own. */
const OUTSIDE = new Set(["/reset-password", "/join", "/single-sign-on", "/operator"]);

/** Nobody gets past it who is not signed in; whoever is, finds the page they came for. */
export function Gate() {
  const session = useSession();
  const person = session.status === "signed-in" ? `${session.agency.id} ${session.user.id}` : null;
  const outside = useRouterState({ select: ({ location }) => OUTSIDE.has(location.pathname) });
  const [fault, setFault] = useState<unknown>(null);
  const takeUp = useCallback(() => void restore().then(() => setFault(null), setFault), []);

  useEffect(() => {
    if (session.status === "restoring") takeUp();
  }, [session.status, takeUp]);
  if (outside) return <Outlet />;
  if (session.status === "restoring") {
    return (
      <main className={styles.waiting}>
        <h1 className="visually-hidden">GardenOS</h1>
        {fault ? (
          <Failed error={fault} retry={takeUp} what="page" />
        ) : (
          <Lines label="Taking up your session" />
        )}
      </main>
    );
  }
  if (session.status === "at-rest") return <AtRestPage type={session.type} words={session.words} />;
  if (session.status === "signed-out") return <SignInPage reason={session.reason} />;
  return (
    <Zone name={session.user.time_zone ?? session.agency.time_zone} locale={session.user.locale}>
      <Live key={person}>
        <Branded />
        <Shell />
        <ConfirmHost />
      </Live>
    </Zone>
  );
}
