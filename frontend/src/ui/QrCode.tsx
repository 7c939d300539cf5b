/** Width in pixels of a square PNG, from its header (IHDR). 0 where it is none. */
export function pngWidth(base64: string): number {
  try {
    const head = Uint8Array.from(atob(base64.slice(0, 32)), (char) => char.charCodeAt(0));
    if (head.length < 24 || head[1] !== 0x50) return 0;
    return new DataView(head.buffer).getUint32(16);
  } catch {
    return 0;
  }
}

/**
 * A QR code on its own white card, in dark mode too. Shown at half its pixels, so that its modules stay on whole pixels
 * at single and at double density.
 */
export function QrCode({ png, alt }: { png: string; alt: string }) {
  const size = pngWidth(png) / 2 || 228;
  return (
    <div className="qr">
      <img className="qr__image" src={`data:image/png;base64,${png}`} alt={alt} width={size} height={size} />
    </div>
  );
}
