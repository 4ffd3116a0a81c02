import { Link } from "@tanstack/react-router";
import type { ScoringPreview } from "../../api/schema";
import styles from "./Scoring.module.css";

/** How many leads have, and would have, which scores, and whose would change most. */
export function Preview({ told }: { told: ScoringPreview }) {
  if (told.leads === 0) return <p>There is no open lead to try them on.</p>;
  return (
    <>
      <p>
        {told.changed === 0
          ? `None of ${told.leads} leads would have another score.`
          : `${told.changed} of ${told.leads} leads would have another score.`}
      </p>
      <table className={styles.bands}>
        <caption className="visually-hidden">Leads by score, now and by these points</caption>
        <thead>
          <tr>
            <th scope="col">Score</th>
            <th scope="col">Leads now</th>
            <th scope="col">Leads then</th>
          </tr>
        </thead>
        <tbody>
          {told.bands.toReversed().map(({ least, most, now, then }) => (
            <tr key={least}>
              <th scope="row">
                {least} to {most}
              </th>
              <td>{now}</td>
              <td>{then}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {told.examples.length > 0 && (
        <ul className={styles.examples} aria-label="Whose score would change most">
          {told.examples.map(({ lead_id, name, now, then }) => (
            <li key={lead_id}>
              <Link to="/leads/$leadId" params={{ leadId: lead_id }}>
                {name || "Nobody by name"}
              </Link>
              <span>
                {now} → {then}
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
