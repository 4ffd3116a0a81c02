import { useMe } from "../session/session";
import { Page } from "../ui/Page";
import { MyWork } from "../working/MyWork";
import { ChangePassword } from "./ChangePassword";
import { Profile } from "./Profile";
import { SecondFactor } from "./SecondFactor";
import { Sessions } from "./Sessions";
import { SignIns } from "./SignIns";

/** A person's own account: who they are, how they work, how they sign in, and where they are signed in. */
export function AccountPage() {
  const { user } = useMe();
  return (
    <Page title="Your account" width="reading">
      <Profile />
      <MyWork />
      <ChangePassword />
      <SecondFactor />
      <Sessions />
      <SignIns
        userId={user.id}
        title="Recent sign-ins"
        words="Who signed in as you in the last ninety days, and who tried. Was it not you who signed in? Change your password."
      />
    </Page>
  );
}
