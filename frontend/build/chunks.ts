interface ModuleGraph {
  getModuleInfo: (id: string) => { isEntry: boolean; importers: readonly string[] } | null;
}

const signInPage = /\/SignInPage\.tsx$/;
const accountPage = /\/AccountPage\.tsx$/;

/** Whether `id` is one of those, or one of those imports it, however far away. */
function reached(
  id: string,
  graph: ModuleGraph,
  from: (id: string) => boolean,
  seen = new Set<string>(),
): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  return (
    from(id) || (graph.getModuleInfo(id)?.importers ?? []).some((one) => reached(one, graph, from, seen))
  );
}

const first = [
  ["account", accountPage],
  ["sign-in", signInPage],
  ["words-en", /\/words\/en\/index\.ts$/],
  ["words-de", /\/words\/de\/index\.ts$/],
] as const;
const both = [signInPage, accountPage];
const fromEntry = (id: string, graph: ModuleGraph) =>
  reached(id, graph, (one) => graph.getModuleInfo(one)?.isEntry ?? false);
/** A style of either, which would be waited for alone. */
const isEarlyStyle = (id: string, graph: ModuleGraph) =>
  id.endsWith(".css") && both.some((page) => fromPage(id, graph, page));
const fromPage = (id: string, graph: ModuleGraph, page: RegExp) =>
  reached(id, graph, (one) => page.test(one));

/**
 * What is needed before anything is shown is one file: all that the entry imports, and all that both of the pages import
 * that people open first. What else each of those needs is another, and so are the words of each language that every page
 * needs. The rest stays in files of its own.
 */
export const groups = [
  {
    priority: 2,
    name: (id: string, graph: ModuleGraph) =>
      fromEntry(id, graph) || both.every((page) => fromPage(id, graph, page)) || isEarlyStyle(id, graph)
        ? "base"
        : null,
  },
  {
    priority: 1,
    name: (id: string, graph: ModuleGraph) =>
      first.find(([, from]) => fromPage(id, graph, from))?.[0] ?? null,
  },
];
