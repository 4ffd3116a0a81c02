import styles from "./Timeline.module.css";
import type { Source } from "./view";

/** The quote, where its place in the text is not what it should be. */
export function Nowhere({ source }: { source: Source }) {
  return (
    <p className={styles.nowhere} data-quote tabIndex={-1}>
      “{source.quote}”{" "}
      <small>The place of this quote in the text is not certain, so nothing is marked.</small>
    </p>
  );
}
