/** The dialog that changes an address. */
export const addresses = {
  lead: {
    email:
      "We send a link to the new address. When you open it, you sign in with the new address. The old one gets a notice.",
    notice_email:
      "Notices about your account go there as well, even when somebody else has your mailbox. It can’t sign in.",
  },
  label: { email: "New email address", notice_email: "Second address" },
  missing: "Enter an email address.",
  malformed: "That isn’t a whole email address, like ada@example.com.",
  same: "That is the address you have now.",
  submit: "Send the link",
  sentTitle: "Look into your mail",
};
