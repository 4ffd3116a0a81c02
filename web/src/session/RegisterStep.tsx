import { Button, NativeSelect, TextInput } from "@mantine/core";
import { queryOptions, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "../api/client";
import { errorBeside, errorOf } from "../ui/errors";
import { Door, EmailField, PasswordField } from "./Door";
import styles from "./Door.module.css";
import { signIn } from "./session";
import { waitOf } from "./wait";

/** Whether whoever comes may register an agency here. */
export const registration = queryOptions({
  queryKey: ["registration"],
  queryFn: ({ signal }) => data(api.GET("/api/v1/agencies/registration", { signal })),
  staleTime: Infinity,
  retry: false,
});

const zoneHere = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

interface RegisterStepProps {
  email: string;
  setEmail: (email: string) => void;
  back: () => void;
}

/** A new agency, and its first owner: whoever stands here. */
export function RegisterStep({ email, setEmail, back }: RegisterStepProps) {
  const [agency, setAgency] = useState("");
  const [here] = useState(zoneHere);
  const [zone, setZone] = useState(here);
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const registering = useMutation({
    mutationFn: async () => {
      await data(
        api.POST("/api/v1/agencies", {
          body: { name: agency, time_zone: zone, currency: "USD", owner: { name, email, password } },
        }),
      );
      await signIn(email, password);
    },
  });
  const { error } = registering;
  return (
    <Door
      title="Create an agency"
      words="You become its owner, and invite whoever works with you."
      wrong={
        waitOf(error) ??
        errorBeside(error, ["/name", "/time_zone", "/owner/name", "/owner/email", "/owner/password"])
      }
      submit={() => registering.mutate()}
    >
      <TextInput
        label="The agency's name"
        name="organization"
        autoComplete="organization"
        required
        withAsterisk={false}
        maxLength={200}
        size="md"
        value={agency}
        onChange={(event) => setAgency(event.currentTarget.value)}
        error={errorOf(error, "/name")}
      />
      <NativeSelect
        label="Its time zone"
        size="md"
        data={[...new Set([here, "UTC", ...Intl.supportedValuesOf("timeZone")])]}
        value={zone}
        onChange={(event) => setZone(event.currentTarget.value)}
        error={errorOf(error, "/time_zone")}
      />
      <TextInput
        label="Your name"
        name="name"
        autoComplete="name"
        required
        withAsterisk={false}
        maxLength={200}
        size="md"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        error={errorOf(error, "/owner/name")}
      />
      <EmailField value={email} change={setEmail} error={errorOf(error, "/owner/email")} />
      <PasswordField
        label="Password"
        name="new-password"
        autoComplete="new-password"
        description="Twelve characters or more. A few words that belong to nobody else are good."
        size="md"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        error={errorOf(error, "/owner/password")}
      />
      <Button type="submit" size="md" loading={registering.isPending}>
        Create the agency
      </Button>
      <Button variant="subtle" size="compact-md" className={styles.way} onClick={back}>
        Back to signing in
      </Button>
    </Door>
  );
}
