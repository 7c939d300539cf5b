interface ModuleGraph {
  getModuleInfo: (id: string) => { isEntry: boolean; importers: readonly string[] } | null;
}

const signInPage = /\/SignInPage\.tsx$/;
const accountPage = /\/AccountPage\.tsx$/;

/** Reports whether a module matches, or is imported by one that matches, directly or indirectly. */
function isReachable(
  id: string,
  graph: ModuleGraph,
  matches: (id: string) => boolean,
  seen = new Set<string>(),
): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  return (
    matches(id) ||
    (graph.getModuleInfo(id)?.importers ?? []).some((importer) => isReachable(importer, graph, matches, seen))
  );
}

const firstLoads = [
  ["account", accountPage],
  ["sign-in", signInPage],
  ["messages-en", /\/i18n\/en\/index\.ts$/],
  ["messages-de", /\/i18n\/de\/index\.ts$/],
] as const;
const firstPages = [signInPage, accountPage];
const fromEntry = (id: string, graph: ModuleGraph) =>
  isReachable(id, graph, (module) => graph.getModuleInfo(module)?.isEntry ?? false);
/** Reports whether a stylesheet belongs to one of the first pages. As a file of its own it would delay the page. */
const isFirstPageStyle = (id: string, graph: ModuleGraph) =>
  id.endsWith(".css") && firstPages.some((page) => fromPage(id, graph, page));
const fromPage = (id: string, graph: ModuleGraph, page: RegExp) =>
  isReachable(id, graph, (module) => page.test(module));

/**
 * Groups the modules of the first load into few files. "base" contains everything that the entry imports, and everything
 * that both first pages (sign-in and account) import. The rest of each of these pages is one file, and so are the messages of
 * each language that every page needs. Other modules stay in files of their own.
 */
export const groups = [
  {
    priority: 2,
    name: (id: string, graph: ModuleGraph) =>
      fromEntry(id, graph) ||
      firstPages.every((page) => fromPage(id, graph, page)) ||
      isFirstPageStyle(id, graph)
        ? "base"
        : null,
  },
  {
    priority: 1,
    name: (id: string, graph: ModuleGraph) =>
      firstLoads.find(([, from]) => fromPage(id, graph, from))?.[0] ?? null,
  },
];
