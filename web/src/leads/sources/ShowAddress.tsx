import { Modal } from "@mantine/core";
import type { LeadSourceWithAddress } from "../../api/schema";
import { ShownOnce } from "../../settings/ShownOnce";
import { addressOf } from "./words";

/** The address that leads are posted to, this once. A form has none that is secret. */
export function ShowAddress({ shown, close }: { shown: LeadSourceWithAddress | null; close: () => void }) {
  const address = shown?.address ? addressOf(location.origin, shown.address) : null;
  return (
    <Modal
      opened={address !== null}
      onClose={close}
      title="Copy the address now"
      size={560}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
    >
      {address !== null && (
        <ShownOnce key={address} what="address" value={address} close={close}>
          <strong>This is the only time that the address of {shown!.name} is shown.</strong> Leads are posted
          there as JSON, XML or a form, and whoever knows it may post: hand it to nobody but the sender. Pings
          go there too, with <code>/pings</code> behind it.
        </ShownOnce>
      )}
    </Modal>
  );
}
