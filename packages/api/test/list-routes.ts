import type { ApiApp } from '../src/api-app.ts';

/** Every route as `METHOD /path`, read from the tree that Fastify prints: a node's path continues its parent's. */
export function listRoutes(app: ApiApp): string[] {
  const routes: string[] = [];
  const parents: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const match = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (!match) continue;
    const depth = match[1]!.length / 4;
    // A wildcard is printed without the slash that it stands behind.
    const path = (parents[depth - 1] ?? '') + match[2]!.replace(/^\*$/, '/*');
    parents[depth] = path;
    for (const method of match[3]?.split(', ') ?? []) routes.push(`${method} ${path}`);
  }
  return routes;
}
