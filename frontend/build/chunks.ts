interface ModuleGraph {
  getModuleInfo: (id: string) => { isEntry: boolean; importers: readonly string[] } | null;
}

/**
 * Everything that the entry imports, however far away, is one file: it is all needed before anything is shown. What is
 * imported later stays in files of its own.
 */
export function firstLoad(id: string, graph: ModuleGraph, seen = new Set<string>()): "base" | null {
  if (seen.has(id)) return null;
  seen.add(id);
  const info = graph.getModuleInfo(id);
  if (!info) return null;
  if (info.isEntry) return "base";
  return info.importers.some((importer) => firstLoad(importer, graph, seen)) ? "base" : null;
}
