const least = 4; // alike rows that are folded

/** Rows that follow each other and are alike: the first is shown, the others when they are asked for. */
export interface Run<Row> {
  first: [string, Row];
  rest: [string, Row][];
}

/** Cuts rows into runs of what is alike. Few alike rows, and all without a measure, stand for themselves. */
export function runsOf<Row>(pairs: [string, Row][], alike: ((row: Row) => string) | undefined): Run<Row>[] {
  const runs: Run<Row>[] = [];
  for (const pair of pairs) {
    const last = runs.at(-1);
    if (alike !== undefined && last !== undefined && alike(last.first[1]) === alike(pair[1])) last.rest.push(pair);
    else runs.push({ first: pair, rest: [] });
  }
  return runs.flatMap((run) => (run.rest.length + 1 >= least ? [run] : [run.first, ...run.rest].map((first) => ({ first, rest: [] }))));
}
