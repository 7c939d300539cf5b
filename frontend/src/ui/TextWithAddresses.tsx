/**
 * Renders a text so that email addresses and URLs in it do not break at a hyphen or a dot if they fit on a line, and that page
 * translation leaves them as they are.
 */
export const TextWithAddresses = ({ text }: { text: string }) => (
  <>
    {text.split(/(\S*[@/]\S*)/).map((part, index) =>
      index % 2 === 0 ? (
        part
      ) : (
        <span className="no-break" translate={false} key={index}>
          {part}
        </span>
      ),
    )}
  </>
);
