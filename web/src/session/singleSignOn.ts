import { api, data } from "../api/client";
import type { BegunSignOn, TestedSignOn } from "../api/schema";
import { begin } from "./session";

/** Whose provider: by an address's domain, or by the agency that its own link names. */
export type Whose = { email: string } | { agency_id: string };

/** What was kept in this tab since somebody went to the provider. `test`: to see whether it works, not to sign in. */
interface Way {
  proof: string;
  test: boolean;
}

/** With what the provider sends somebody back. */
export interface Back {
  code: string;
  state: string;
}

const KEPT = "gardenos.single-sign-on";

/** Where a browser is sent; for tests to look at. */
export const browser = { go: (address: string): void => location.assign(address) };

function leave({ address, proof }: BegunSignOn, test: boolean): void {
  sessionStorage.setItem(KEPT, JSON.stringify({ proof, test } satisfies Way));
  browser.go(address);
}

/** Goes to the provider to sign in; this page is left. Throws ApiProblem. */
export async function goToProvider(whose: Whose): Promise<void> {
  leave(await data(api.POST("/api/v1/sessions/single-sign-on", { body: whose })), false);
}

/** Goes to the provider to see whether what is settled works; this page is left. Throws ApiProblem. */
export async function goToTest(): Promise<void> {
  leave(await data(api.POST("/api/v1/sessions/single-sign-on/test")), true);
}

/** The way that was begun in this tab; null where none was, or it has ended. */
export function way(): Way | null {
  const kept = sessionStorage.getItem(KEPT);
  return kept === null ? null : (JSON.parse(kept) as Way);
}

const completions = new Map<string, Promise<TestedSignOn | null>>();

/** Back from the provider, once, however often the page asks: signs in, or tells for whom it vouched in a test. */
export function complete(back: Back, { proof, test }: Way): Promise<TestedSignOn | null> {
  const known = completions.get(back.state);
  if (known) return known;
  const body = { ...back, proof };
  sessionStorage.removeItem(KEPT);
  const completing = test
    ? data(api.POST("/api/v1/sessions/single-sign-on/test/completion", { body }))
    : data(api.POST("/api/v1/sessions/single-sign-on/completion", { body })).then((answer) => {
        begin(answer);
        return null;
      });
  completions.set(back.state, completing);
  return completing;
}
