import type { ReactNode } from "react";
import styles from "./Tables.module.css";

/** A drawing's numbers below it, folded until they are wanted. */
export function NumbersTable({
  title,
  columns,
  rows,
}: {
  title: string;
  columns: readonly string[];
  /** Each begins with what names it, which is there once. */
  rows: readonly (readonly [string, ...ReactNode[]])[];
}) {
  return (
    <details className={styles.details}>
      <summary>As a table</summary>
      <div className={styles.frame}>
        <table className={styles.table}>
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              {columns.map((column) => (
                <th scope="col" key={column}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...cells]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {cells.map((cell, place) => (
                  <td key={columns[place + 1]}>{cell}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
