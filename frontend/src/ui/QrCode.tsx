/** Returns the width in pixels of a PNG, from its IHDR header. It returns 0 if the data is not a PNG. */
export function pngWidth(base64: string): number {
  try {
    const header = Uint8Array.from(atob(base64.slice(0, 32)), (char) => char.charCodeAt(0));
    if (header.length < 24 || header[1] !== 0x50) return 0;
    return new DataView(header.buffer).getUint32(16);
  } catch {
    return 0;
  }
}

/**
 * A QR code on white, also in dark mode. It is shown at half its pixel size, so that its modules cover whole pixels on
 * screens with a pixel ratio of 1 and 2.
 */
export function QrCode({ png, alt }: { png: string; alt: string }) {
  const size = pngWidth(png) / 2 || 228;
  return (
    <div className="qr">
      <img className="qr__image" src={`data:image/png;base64,${png}`} alt={alt} width={size} height={size} />
    </div>
  );
}
