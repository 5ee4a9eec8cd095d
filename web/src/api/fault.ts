/** One refusal of the server, in the form of the API's error body. */
export interface Problem {
  error: string;
  message: string;
  title?: string;
  status: number;
  detail?: string;
  current?: unknown;
}

/** A call that was refused or did not reach the server. `code` is the API's stable code. */
export class Fault extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  /** With 409, the object as it is now. */
  readonly current: unknown;
  /** Seconds after which another attempt makes sense, or 0. */
  readonly after: number;
  /** The events that record the refusal. */
  readonly events: string[];

  constructor(problem: Problem, after = 0, events: string[] = []) {
    super(problem.message);
    this.name = 'Fault';
    this.code = problem.error;
    this.status = problem.status;
    this.detail = problem.detail ?? '';
    this.current = problem.current;
    this.after = after;
    this.events = events;
  }

  /** Each problem of its own: the API joins several by " | ". */
  get problems(): string[] {
    return this.detail === '' ? [] : this.detail.split(' | ');
  }
}

/** The fault of whatever was thrown; what is no fault of the API did not reach the server. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  return new Fault({ error: 'UNREACHABLE', message: 'UNREACHABLE', status: 0, detail: thrown instanceof Error ? thrown.message : String(thrown) });
}

/** Reads the body of a refused call. A list of problems is one fault. */
export function problemOf(body: unknown, status: number): Problem {
  const one: unknown = Array.isArray(body) ? body[0] : body;
  if (isProblem(one)) {
    const rest = Array.isArray(body) ? body.slice(1).filter(isProblem) : [];
    return { ...one, detail: [one, ...rest].map((p) => p.detail ?? '').filter((d) => d !== '').join(' | ') };
  }
  return { error: `HTTP-${status}`, message: `HTTP ${status}`, status };
}

function isProblem(x: unknown): x is Problem {
  return typeof x === 'object' && x !== null && 'error' in x && 'message' in x && 'status' in x;
}
