/** Messages of the profile card. */
export const profile = {
  email: "Email",
  memberSince: (date: string) => `Member since ${date}`,
  edit: "Edit",
  change: "Change",
  add: "Add",
  remove: "Remove",
  save: "Save",
  name: "Name",
  noName: "Not set",
  nameHint: "We greet you with it in emails.",
  nameTooLong: "Use at most 64 characters.",
  nameControl: "Use letters, numbers, spaces and symbols only.",
  nameSaved: (name: string) => (name ? `Your name is now ${name}.` : "Your name was removed."),
  changeEmail: "Change email address",
  noticeEmail: "Second address for notices",
  noNoticeEmail: "None. We send notices only to the address above.",
  addNoticeEmail: "Add a second address for notices",
  changeNoticeEmail: "Change the second address for notices",
  removeNoticeEmail: "Remove the second address",
  noticeEmailRemoved: "The second address was removed.",
  noMail:
    "This service doesn’t send emails, so you can’t change your addresses here. Contact support for help.",
  pending: {
    email: (address: string, until: string) =>
      `We sent a link to ${address}. Open it by ${until}. Until then, you sign in with the address above.`,
    notice_email: (address: string, until: string) =>
      `We sent a link to ${address}. Open it by ${until}. Until then, we send no notices there.`,
    resend: "Send again",
    cancel: "Cancel change",
    cancelled: "The change was cancelled. The link we sent no longer works.",
    sent: (address: string) => `We sent a link to ${address}. Open it to confirm the address.`,
  },
  language: "Email language",
  export: "Download your data",
  exportHint: "Profile, MFA methods, sessions and activity, as a JSON file without secrets.",
  languageSaved: (name: string) => `Email language changed to ${name}.`,
};
