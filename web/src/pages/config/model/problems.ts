/** Problems by the path of the field they are about; those of the whole object stand under "". */
export type Problems = Record<string, string[]>;

/** Sorts what the server says is wrong to the fields it names: "mappings.0.group: expected length >= 1". */
export function problemsOf(said: string[], known: (path: string) => boolean): Problems {
  const all: Problems = {};
  const add = (path: string, problem: string) => (all[path] = [...(all[path] ?? []), problem]);
  for (const one of said) {
    const found = /^([\w$]+(?:[.[\]]+[\w$]+)*\]?): (.*)$/s.exec(one);
    const path = found?.[1]?.replace(/\[(\d+)\]/g, '.$1') ?? '';
    if (found !== null && known(path)) add(path, found[2] ?? '');
    else add('', one);
  }
  return all;
}

/** Problems at a path or below it. */
export function below(problems: Problems, path: string): number {
  return Object.keys(problems).filter((p) => p === path || p.startsWith(`${path}.`)).length;
}
