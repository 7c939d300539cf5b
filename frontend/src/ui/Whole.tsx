/** A text whose addresses are not broken at a hyphen or a dot, as long as they fit on a line. */
export const Whole = ({ text }: { text: string }) => (
  <>
    {text.split(/(\S*[@/]\S*)/).map((part, index) =>
      index % 2 === 0 ? (
        part
      ) : (
        <span className="whole" key={index}>
          {part}
        </span>
      ),
    )}
  </>
);
