/** Renders a text so that email addresses and URLs in it do not break at a hyphen or a dot if they fit on a line. */
export const NoBreakAddresses = ({ text }: { text: string }) => (
  <>
    {text.split(/(\S*[@/]\S*)/).map((part, index) =>
      index % 2 === 0 ? (
        part
      ) : (
        <span className="no-break" key={index}>
          {part}
        </span>
      ),
    )}
  </>
);
