/** The wire shapes of docs/API.md, in its own words. */

export type Priority = "high" | "medium" | "low";

export interface Recurrence {
  rrule: string;
  from: "due" | "completion";
  text: string;
}

export interface Task {
  id: number;
  uid: string;
  title: string;
  description: string | null;
  completed: boolean;
  completed_at: string | null;
  priority: Priority;
  /** A day (`2026-03-12`) or a moment with offset (`2026-03-12T15:00:00+01:00`). */
  due_date: string | null;
  recurrence: Recurrence | null;
  labels: string[];
  created_at: string;
  updated_at: string;
  version: number;
  deleted_at?: string | null;
}

/** What may be sent to change a task: absent is untouched, `null` is cleared; dates and repetitions may be words. */
export interface TaskPatch {
  title?: string;
  description?: string | null;
  completed?: boolean;
  priority?: Priority;
  due_date?: string | null;
  recurrence?: string | null;
  labels?: string[];
}

export interface User {
  id: string;
  email: string | null;
  name: string | null;
  timezone?: string | null;
  /** Which planner this person chose; the server's own choice when there is none. */
  planner?: PlannerChoice | null;
  /** Whether this person administrates the installation. */
  admin?: boolean;
  created_at: string;
}

export type PlannerChoice = "auto" | "llm" | "offline";

export interface ToolCall {
  id: string;
  tool: string;
  params: Record<string, unknown>;
  result: unknown;
}

export type PendingKind = "confirm" | "choose" | "ask";

export interface PendingTask {
  id: number;
  title: string;
}

export interface Pending {
  id: string;
  kind: PendingKind;
  prompt: string;
  tasks: PendingTask[];
  expires_at: string;
}

export interface ChatReply {
  conversation_id: number;
  response: string;
  tool_calls: ToolCall[];
  change_id: string | null;
  pending: Pending | null;
  answered_by: string;
}

export interface PendingDecision {
  decision: "accept" | "reject";
  task_ids?: number[];
  text?: string;
}

export interface Conversation {
  id: number;
  title: string;
  created_at: string;
  updated_at: string;
  message_count: number;
}

export interface Message {
  id: number;
  role: "user" | "assistant";
  content: string;
  tool_calls: ToolCall[] | null;
  created_at: string;
  change_id?: string | null;
  answered_by?: string | null;
}

export interface Messages {
  conversation_id: number;
  messages: Message[];
  pending?: Pending | null;
  /** The turn that runs in it now. */
  running_turn_id?: string | null;
}

export type SpanKind = "due" | "recurrence" | "priority" | "label" | "description";

export interface Span {
  /** UTF-16 code units, as JavaScript counts. */
  start: number;
  end: number;
  kind: SpanKind;
  value: string;
}

export interface ParsedLine {
  title: string;
  due_date: string | null;
  recurrence: Recurrence | null;
  priority: Priority | null;
  labels: string[];
  spans: Span[];
  /** What the line as a whole surely asks for (`add`, `list`, …), and for an `add` what it would make. */
  intent: string | null;
  titles: string[];
}

export interface Undone {
  change_id: string;
  undone: string;
  summary: string;
  tasks: Task[];
}

export type HistoryWord =
  | "created"
  | "updated"
  | "completed"
  | "reopened"
  | "deleted"
  | "restored"
  | "removed";

export interface FieldChange {
  field: string;
  before: unknown;
  after: unknown;
}

/** What one change did to a task. */
export interface HistoryEntry {
  change_id: string;
  at: string;
  door: "rest" | "chat" | "mcp" | "cli" | "import";
  /** The program or the language model that made it; null when the person did. */
  agent: string | null;
  conversation_id: number | null;
  what: HistoryWord;
  fields: FieldChange[];
  summary: string;
  undoes: string | null;
  undone_by: string | null;
}
