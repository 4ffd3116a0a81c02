import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { agency as asked, logo } from "../session/agency";
import { describeAgency, useMe } from "../session/session";

/** The agency as it shows itself: its colour, everywhere; and what it settles elsewhere is known here at once. */
export function Branded() {
  const { agency } = useMe();
  // What signing in told is as good until a change is heard of.
  const { data } = useQuery({ ...asked(agency.id), initialData: agency });
  useEffect(() => {
    if (data.version > agency.version) describeAgency(data);
  }, [data, agency.version]);
  const { accent } = agency;
  useEffect(() => {
    const { dataset } = document.documentElement;
    // Our own green is what stands in the tokens.
    if (accent === "garden") return;
    dataset.accent = accent;
    return () => {
      delete dataset.accent;
    };
  }, [accent]);
  return null;
}

/** The agency's logo; until it has one, ours. */
export function Logo() {
  const { agency } = useMe();
  const { data: picture } = useQuery(logo(agency.id, agency.logo));
  return (
    <img src={picture ?? "/icon.svg"} alt="" height={28} style={{ maxWidth: 84, objectFit: "contain" }} />
  );
}
