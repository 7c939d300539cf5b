import { expect, it } from "vitest";

/** The source of every module, by its path from src, such as "./app/App.tsx". */
const sources = import.meta.glob<string>("./**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Returns the modules that a module imports, also dynamically. Type imports do not exist at run time. */
function importsOf(path: string, source: string): string[] {
  const code = source
    .replace(/^\s*(?:\/\/|\/?\*).*$/gm, "")
    .replace(/\b(?:import|export) type [^;]*;/g, "")
    .replace(/\btypeof import\([^)]*\)/g, "");
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"(\.{1,2}\/[^"]+)"/g)].flatMap(([, specifier]) => {
    const target = `.${new URL(specifier ?? "", new URL(path, "file:///")).pathname}`;
    return [`${target}.ts`, `${target}.tsx`, `${target}/index.ts`].filter((file) => file in sources);
  });
}

/** Returns the first cycle of a graph, or undefined if there is none. */
function findCycle(graph: Map<string, string[]>): string[] | undefined {
  const done = new Set<string>();
  const search = (node: string, path: string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = search(next, [...path, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = search(node, []);
    if (cycle) return cycle;
  }
  return undefined;
}

it("findCycle finds a cycle", () => {
  const graph = (edges: Record<string, string[]>) => new Map(Object.entries(edges));
  expect(findCycle(graph({ a: ["b"], b: ["c"], c: ["b"] }))).toEqual(["b", "c", "b"]);
  expect(findCycle(graph({ a: ["b", "c"], b: ["c"], c: [] }))).toBeUndefined();
});

it("no module imports itself, directly or indirectly", () => {
  const graph = new Map(Object.entries(sources).map(([path, source]) => [path, importsOf(path, source)]));
  expect(graph.get("./app/App.tsx")).toContain("./app/lazyPages.tsx");
  expect(graph.get("./app/lazyPages.tsx")).toContain("./app/AccountPage.tsx");
  expect(findCycle(graph)).toBeUndefined();
});
