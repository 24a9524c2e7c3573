/** Writes that wait to be sent, in their order, kept on this device until they land or are dropped. */

import type { Task, TaskPatch } from "../api/types";
import type { Write } from "../api/writes";
import { asked, transact } from "./database";

/** What a write means to the person who made it. */
export type What =
  | { kind: "complete" | "reopen" | "delete"; task: Task }
  | { kind: "edit"; task: Task; patch: TaskPatch }
  | { kind: "say"; text: string };

export interface Waiting {
  id: number;
  user: string;
  email: string | null;
  at: number;
  write: Write;
  what: What;
  /** When it was first sent without an answer: it may have arrived. */
  triedAt: number | null;
  /** How often the server answered that it could not. */
  failures: number;
  /** Why it was not done, or not sent; the person decides what comes of it. */
  problem: string | null;
  /** The person has been asked, and wants it sent as it is. */
  meant: boolean;
}

export const all = (): Promise<Waiting[]> =>
  transact(["outbox"], "readonly", (store) => asked(store("outbox").getAll()));

export const add = (item: Omit<Waiting, "id">): Promise<void> =>
  transact(["outbox"], "readwrite", async (store) => {
    store("outbox").add(item);
  });

/** Changes what still waits. */
export const change = (id: number, to: Partial<Waiting>): Promise<void> =>
  transact(["outbox"], "readwrite", async (store) => {
    const item: Waiting | undefined = await asked(store("outbox").get(id));
    if (item) store("outbox").put({ ...item, ...to });
  });

export const drop = (id: number): Promise<void> =>
  transact(["outbox"], "readwrite", async (store) => {
    store("outbox").delete(id);
  });

export const dropOf = (user: string): Promise<void> =>
  transact(["outbox"], "readwrite", async (store) => {
    const items: Waiting[] = await asked(store("outbox").getAll());
    for (const item of items) if (item.user === user) store("outbox").delete(item.id);
  });

/** Takes away what has landed; what comes after it and was never sent is made to fit what it led to. */
export const landed = (done: Waiting, adapt: (later: Waiting) => Waiting): Promise<void> =>
  transact(["outbox"], "readwrite", async (store) => {
    store("outbox").delete(done.id);
    const items: Waiting[] = await asked(store("outbox").getAll());
    for (const later of items) {
      if (later.user === done.user && later.id > done.id && later.triedAt === null)
        store("outbox").put(adapt(later));
    }
  });
