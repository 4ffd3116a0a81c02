import { lazy, Suspense, useEffect } from "react";
import { useAsked } from "./confirming";

const Confirm = lazy(() => import("./Confirm"));

/** Where whoever is signed in is asked to confirm that it is they; nothing, while nobody is. */
export function ConfirmHost() {
  const asked = useAsked();
  // Whoever signs out, or goes elsewhere, has not confirmed.
  useEffect(() => () => asked?.answer(false), [asked]);
  return (
    asked && (
      <Suspense fallback={null}>
        <Confirm answer={asked.answer} />
      </Suspense>
    )
  );
}
