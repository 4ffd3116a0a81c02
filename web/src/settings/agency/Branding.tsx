import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import type { Accent, Agency } from "../../api/schema";
import { logo } from "../../session/agency";
import { errorOf } from "../../ui/errors";
import { Wrong } from "../../ui/Form";
import form from "../../ui/Form.module.css";
import { words } from "../../ui/format";
import { Card } from "../../ui/Page";
import { ACCENTS } from "./agency";
import { useChangeLogo } from "./queries";
import styles from "./AgencySettings.module.css";

interface BrandingProps {
  agency: Agency;
  mayChange: boolean;
  displayName: string | null;
  accent: Accent;
  change: (fields: { display_name?: string | null; accent?: Accent }) => void;
  error: unknown;
}

/** How the agency shows itself: to its people here, and to whoever gets a letter. */
export function Branding({ agency, mayChange, displayName, accent, change, error }: BrandingProps) {
  return (
    <Card title="Branding">
      <div className={form.form}>
        <TextInput
          label="Name in letters and here"
          description={`As clients know you; left empty: ${agency.name}.`}
          maxLength={200}
          autoComplete="off"
          value={displayName ?? ""}
          onChange={(event) => change({ display_name: event.currentTarget.value || null })}
          error={errorOf(error, "/display_name")}
        />
        <fieldset className={styles.accents}>
          <legend>Colour</legend>
          {ACCENTS.map(({ accent: each, colour }) => (
            <label key={each} className={styles.accent}>
              <input
                type="radio"
                name="accent"
                checked={each === accent}
                onChange={() => change({ accent: each })}
              />
              <span className={styles.swatch} style={{ background: colour }} aria-hidden="true" />
              {words(each)}
            </label>
          ))}
        </fieldset>
        <Logo agency={agency} mayChange={mayChange} />
      </div>
    </Card>
  );
}

function Logo({ agency, mayChange }: { agency: Agency; mayChange: boolean }) {
  const { data: picture } = useQuery(logo(agency.id, agency.logo));
  const changing = useChangeLogo();
  const box = useRef<HTMLInputElement>(null);
  return (
    <div className={styles.logo}>
      <div className={styles.picture}>
        {picture ? <img src={picture} alt="The agency's logo" /> : <span>No logo yet</span>}
      </div>
      {mayChange && (
        <div className={styles.acts}>
          <input
            ref={box}
            type="file"
            className="visually-hidden"
            accept="image/png,image/jpeg"
            aria-label="Choose a logo"
            tabIndex={-1}
            onChange={({ currentTarget }) => {
              const chosen = currentTarget.files?.[0];
              if (chosen) changing.mutate({ agency, picture: chosen });
              // The same file may be chosen again.
              currentTarget.value = "";
            }}
          />
          <Button variant="default" loading={changing.isPending} onClick={() => box.current?.click()}>
            {agency.logo === null ? "Choose a logo…" : "Choose another…"}
          </Button>
          {agency.logo !== null && (
            <Button
              variant="subtle"
              color="gray"
              disabled={changing.isPending}
              onClick={() => changing.mutate({ agency, picture: null })}
            >
              Take the logo away
            </Button>
          )}
          <small>A PNG or JPEG of at most 100 kB. It is shown at once, without saving.</small>
        </div>
      )}
      <Wrong error={changing.error} />
    </div>
  );
}
