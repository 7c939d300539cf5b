/** Messages of the dialog that changes an address. */
export const addresses = {
  lead: {
    email:
      "We email a link to the new address. Once you confirm it, you sign in with the new address. The old one gets a notice.",
    notice_email:
      "We also send notices about your account to this address, so that you see them even if someone else has access to your mailbox. You can’t sign in with it.",
  },
  label: { email: "New email address", notice_email: "Second address" },
  missing: "Enter an email address.",
  malformed: "Enter a complete email address, like ada@example.com.",
  same: "This is already your address. Enter a different one.",
  submit: "Send link",
  sentTitle: "Check your email",
};
