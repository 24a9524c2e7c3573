/** What went wrong with a request, in words a person can read (RFC 9457). */

export interface FieldError {
  field: string;
  message: string;
}

interface ProblemBody {
  detail?: string;
  title?: string;
  code?: string;
  errors?: FieldError[];
  request_id?: string;
}

/** The server answered, and said no. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly requestId: string | undefined;

  constructor(status: number, body: ProblemBody) {
    super(body.detail ?? body.title ?? `The server answered with status ${status}.`);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? "unknown";
    this.errors = body.errors ?? [];
    this.requestId = body.request_id;
  }

  /** The message for one field of a form. */
  field(name: string): string | undefined {
    return this.errors.find((error) => error.field === name)?.message;
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {
  constructor() {
    super("Saydo can’t be reached right now. Check your connection and try again.");
    this.name = "Unreachable";
  }
}

/** Reads a problem from an answer that is not a success. */
export async function problemFrom(response: Response): Promise<Problem> {
  try {
    return new Problem(response.status, (await response.json()) as ProblemBody);
  } catch {
    return new Problem(response.status, {});
  }
}

/** One sentence for whatever was thrown. */
export function sentence(cause: unknown): string {
  if (cause instanceof Problem || cause instanceof Unreachable) return cause.message;
  return "Something went wrong in this page. Reload it and try again.";
}
