/**
 * A text that changes while it is shown. The translation of a page, by a browser or an extension, replaces the text nodes, so
 * that a change of the original node is not visible. Here, each text has an element of its own.
 */
export const ChangingText = ({ children }: { children: string | undefined }) =>
  children ? <span key={children}>{children}</span> : null;
