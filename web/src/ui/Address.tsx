import { Fragment } from "react";

/** An email address that breaks, where it must, before its `@` and its dots. */
export function Address({ children }: { children: string }) {
  return children.split(/(?=[@.])/).map((part, place) => (
    // Parts of one text, in its order.
    // eslint-disable-next-line react/no-array-index-key
    <Fragment key={place}>
      {place > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
