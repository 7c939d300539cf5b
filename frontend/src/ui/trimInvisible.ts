/** Removes spaces and invisible characters (Unicode Cf) at both ends of an address, as copied texts bring them along. */
export const trimInvisible = (text: string): string => text.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, "");
