import { Page } from "../ui/Page";
import { ChangePassword } from "./ChangePassword";
import { Profile } from "./Profile";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";

/** A person's own account: who they are, how they sign in, and where they are signed in. */
export function AccountPage() {
  return (
    <Page title="Your account" width="reading">
      <Profile />
      <ChangePassword />
      <SecondFactor />
      <Sessions />
    </Page>
  );
}
