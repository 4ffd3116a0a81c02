import { Modal } from "@mantine/core";
import type { LeadSourceWithAddress } from "../../api/schema";
import { ShownOnce } from "../../settings/ShownOnce";
import styles from "./Sources.module.css";
import { addressOf, mailedBy } from "./words";

/** The address that leads are posted to, this once. A form has none that is secret. */
export function ShowAddress({ shown, close }: { shown: LeadSourceWithAddress | null; close: () => void }) {
  const byMail = shown?.kind === "mail";
  const there = shown?.address ?? null;
  const mailed = there === null ? null : mailedBy(location.origin, there);
  const posted = there === null ? null : addressOf(location.origin, there);
  const address = byMail ? (shown.mail_address ?? mailed) : posted;
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
          <strong>This is the only time that the address of {shown!.name} is shown.</strong>{" "}
          {!byMail ? (
            <>
              Leads are posted there as JSON, XML or a form, and whoever knows it may post: hand it to nobody
              but the sender. Pings go there too, with <code>/pings</code> behind it.
            </>
          ) : shown.mail_address !== null ? (
            <>
              Have leads sent there, and hand it to nobody but the sender. A provider that takes your mail in
              may hand it on, whole, to <code className={styles.address}>{mailed}</code>.
            </>
          ) : (
            <>
              GardenOS takes in no mail by itself here: have the provider that takes yours in post it there,
              whole, and hand the address to nobody else.
            </>
          )}
        </ShownOnce>
      )}
    </Modal>
  );
}
