import { NativeSelect, type NativeSelectProps } from "@mantine/core";
import { useCampaigns } from "./queries";

interface ChooseCampaignProps extends Omit<NativeSelectProps, "data" | "onChange" | "value"> {
  value: string;
  choose: (id: string) => void;
  /** What choosing none is called. */
  none?: string;
  /** Closed ones take nobody new, and are left out: where a lead is put into one. Else they are marked. */
  open?: boolean;
}

/** One of the agency's campaigns, or none. */
export function ChooseCampaign({
  value,
  choose,
  none = "None",
  open = false,
  ...field
}: ChooseCampaignProps) {
  const campaigns = useCampaigns().filter(({ id, status }) => !open || status !== "closed" || id === value);
  return (
    <NativeSelect
      label="Campaign"
      {...field}
      data={[
        { value: "", label: none },
        ...campaigns.map(({ id, name, status }) => ({
          value: id,
          label: status === "closed" ? `${name} (closed)` : name,
        })),
      ]}
      value={value}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
}
