import type { ComponentChildren } from "preact";

const icon = (paths: ComponentChildren) =>
  function Icon() {
    return (
      <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
        {paths}
      </svg>
    );
  };

export const CheckIcon = icon(<path d="m4.5 10.5 3.75 3.75 7.25-8" />);
export const CloseIcon = icon(<path d="m5.5 5.5 9 9m0-9-9 9" />);
export const InfoIcon = icon(
  <>
    <circle cx="10" cy="10" r="7.25" />
    <path d="M10 9.25v4M10 6.5v.01" />
  </>,
);
export const AlertIcon = icon(
  <>
    <path d="M10 3.25 17.5 16h-15Z" />
    <path d="M10 8.25v3.5M10 13.9v.01" />
  </>,
);
export const PhoneIcon = icon(
  <>
    <rect x="5.75" y="2.5" width="8.5" height="15" rx="2" />
    <path d="M9 14.75h2" />
  </>,
);
export const LaptopIcon = icon(
  <>
    <rect x="4" y="4.25" width="12" height="8.5" rx="1.25" />
    <path d="M2.25 15.75h15.5" />
  </>,
);
export const ShieldIcon = icon(
  <path d="M10 2.5c1.9 1.5 3.9 2.2 6.25 2.25V9.5c0 3.75-2.4 6.5-6.25 8-3.85-1.5-6.25-4.25-6.25-8V4.75C6.1 4.7 8.1 4 10 2.5Z" />,
);
export const CopyIcon = icon(
  <>
    <rect x="7" y="7" width="9.5" height="9.5" rx="2" />
    <path d="M13 4.75v-.25a1 1 0 0 0-1-1H4.5a1 1 0 0 0-1 1V12a1 1 0 0 0 1 1h.25" />
  </>,
);
export const EyeIcon = icon(
  <>
    <path d="M2.25 10S5 4.75 10 4.75 17.75 10 17.75 10 15 15.25 10 15.25 2.25 10 2.25 10Z" />
    <circle cx="10" cy="10" r="2.25" />
  </>,
);
export const EyeOffIcon = icon(
  <>
    <path d="M7.5 5.1A7.4 7.4 0 0 1 10 4.75C15 4.75 17.75 10 17.75 10a13 13 0 0 1-2.2 2.9M5.4 6.3A12.6 12.6 0 0 0 2.25 10S5 15.25 10 15.25a7.6 7.6 0 0 0 3.6-.9" />
    <path d="m3 3 14 14" />
  </>,
);
export const ChevronIcon = icon(<path d="m7.5 5 5 5-5 5" />);
export const BackIcon = icon(<path d="m12.5 5-5 5 5 5" />);
export const DownloadIcon = icon(<path d="M10 3v9.5m-4-3.75 4 4 4-4M3.5 16.5h13" />);
export const PrintIcon = icon(
  <>
    <path d="M6 7V3.5h8V7M6 14H4.5a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1h11a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H14" />
    <path d="M6 11.5h8v5H6Z" />
  </>,
);
export const KeyIcon = icon(
  <>
    <circle cx="6.5" cy="10" r="3.5" />
    <path d="M10 10h7.5v3M14 10v2.5" />
  </>,
);
