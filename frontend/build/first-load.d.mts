export function firstLoad(module: string): string[];
export function sizeOf(name: string): { raw: number; gz: number; br: number };
