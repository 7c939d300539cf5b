/** The logo: a sheet folded once, for the two factors of a sign-in. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <path
        className="mark__back"
        d="M15 5.2 4.9 9.6A1.5 1.5 0 0 0 4 11v14.6a1.2 1.2 0 0 0 1.7 1.1L15 22.6Z"
      />
      <path className="mark__front" d="M17 5.2v17.4l9.3 4.1a1.2 1.2 0 0 0 1.7-1.1V11a1.5 1.5 0 0 0-.9-1.4Z" />
    </svg>
  );
}

export function Wordmark({ name }: { name: string }) {
  return (
    <span className="wordmark">
      <Mark />
      <span className="wordmark__name">{name}</span>
    </span>
  );
}
