import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import styles from "./Placed.module.css";
import { pipelines } from "./queries";

/**
 * Whether leads are still on their way to where a change of the pipelines has them, and how far. While they are, what is
 * shown has some in another stage; once they are there it is asked for anew.
 */
export function Placed() {
  const placing = useQuery(pipelines).data?.placing ?? null;
  const queries = useQueryClient();
  const under = placing !== null;
  const before = useRef(under);
  useEffect(() => {
    if (before.current && !under) void queries.invalidateQueries({ queryKey: ["leads"] });
    before.current = under;
  }, [queries, under]);
  if (placing === null) return null;
  const running = placing.status === "running";
  return (
    <section className={styles.placed} data-failed={!running || undefined} aria-label="Leads on their way">
      <p role="status">
        <strong>
          {running ? "Leads are moving to their new stages." : "Some leads are not in their new stages yet."}
        </strong>{" "}
        {placing.leads === null
          ? "They are being counted."
          : `${placing.moved.toLocaleString("en-US")} of ${placing.leads.toLocaleString("en-US")} are there.`}{" "}
        {running
          ? "Until then some show in a stage they have left, or in none."
          : "It could not go on: whoever runs GardenOS can see why, and the next change takes them along."}
      </p>
      {running && (
        <progress max={Math.max(placing.leads ?? 0, 1)} value={placing.moved} aria-label="Leads moved" />
      )}
    </section>
  );
}
