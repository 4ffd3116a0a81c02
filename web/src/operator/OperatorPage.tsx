import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Agencies } from "./Agencies";
import { OperatorDoor } from "./OperatorDoor";
import { OPERATOR } from "./queries";
import { useOperator } from "./session";

/** Where the platform is operated: apart from every agency, whoever is signed in to one. */
export function OperatorPage() {
  const now = useOperator();
  const queries = useQueryClient();
  useEffect(() => {
    // What one operator was shown is not shown to the next.
    if (now.status === "out") queries.removeQueries({ queryKey: OPERATOR });
  }, [now.status, queries]);
  if (now.status === "out") return <OperatorDoor reason={now.reason} />;
  return <Agencies email={now.session.operator.email} />;
}
