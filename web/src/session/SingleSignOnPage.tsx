import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { Lines } from "../ui/states";
import { arrivedWith } from "./arrival";
import { Door } from "./Door";
import { type Back, complete, goToProvider, way } from "./singleSignOn";
import { waitOf } from "./wait";

/** Where an agency's own link leads, and where its provider sends people back to. `search` is what the address said. */
export function SingleSignOnPage({ search = arrivedWith }: { search?: string }) {
  const told = new URLSearchParams(search);
  const [agency, code, state] = [told.get("agency"), told.get("code"), told.get("state")];
  if (code !== null && state !== null) return <Returned back={{ code, state }} />;
  if (agency !== null) return <Begin agency={agency} />;
  const refused = told.get("error_description") ?? told.get("error");
  return (
    <NotSignedIn
      words={
        refused === null
          ? "The address is not whole. Begin once more."
          : `Your agency's sign-in answers: ${refused.slice(0, 300)}`
      }
    />
  );
}

function Begin({ agency }: { agency: string }) {
  const going = useMutation({ mutationFn: () => goToProvider({ agency_id: agency }) });
  return (
    <Door
      title="Sign in to GardenOS"
      words="You go on at your agency's own sign-in, and come back here."
      wrong={waitOf(going.error) ?? going.error?.message}
      submit={() => going.mutate()}
    >
      <Button type="submit" size="md" loading={going.isPending || going.isSuccess}>
        Continue with single sign-on
      </Button>
      <Button component={Link} to="/" variant="subtle" size="compact-md">
        Sign in with a password
      </Button>
    </Door>
  );
}

function Returned({ back }: { back: Back }) {
  const [begun] = useState(way);
  const navigate = useNavigate();
  const completing = useMutation({
    mutationFn: async () => (begun === null ? null : complete(back, begun)),
    onSuccess: (tested) => {
      if (begun !== null && tested === null) void navigate({ to: "/", replace: true });
    },
  });
  const toSettings = () => void navigate({ to: "/settings/$view", params: { view: "single-sign-on" } });
  const { mutate } = completing;
  useEffect(() => mutate(), [mutate]);
  if (begun === null) {
    return (
      <NotSignedIn words="This was begun in another tab or browser, or is done already. Begin once more." />
    );
  }
  if (completing.error) {
    return <NotSignedIn words={completing.error.message} back={begun.test ? toSettings : undefined} />;
  }
  if (completing.data) {
    const { name, email } = completing.data;
    return (
      <Door
        title="Single sign-on works"
        words={
          <>
            Your provider says that you are {name}, <strong>{email}</strong>. From now on your people may sign
            in by it.
          </>
        }
        submit={toSettings}
      >
        <Button type="submit" size="md">
          Back to the settings
        </Button>
      </Door>
    );
  }
  return (
    <Door title="Signing you in" words="A moment.">
      <Lines count={3} label="Signing you in" />
    </Door>
  );
}

/** It did not come to anything, and why. `back`: to where a test was begun. */
function NotSignedIn({ words, back }: { words: string; back?: () => void }) {
  return (
    <Door
      title={back ? "Single sign-on does not work yet" : "You are not signed in"}
      words=""
      wrong={words}
      submit={back}
    >
      {back ? (
        <Button type="submit" size="md">
          Back to the settings
        </Button>
      ) : (
        <Button component={Link} to="/" size="md">
          Back to signing in
        </Button>
      )}
    </Door>
  );
}
