/** What was last heard of a person's things, kept on this device to be read without a network. */

import type { Conversation, Message, Task, User } from "../api/types";
import { asked, transact } from "./database";

/** One person's, as of an instant; 0 before anything was heard. */
export interface Known {
  user: User;
  at: number;
  open: Task[];
  /** Null when they were never looked at here. */
  completed: Task[] | null;
  conversations: Conversation[];
}

export interface KnownMessages {
  messages: Message[];
  at: number;
}

/** The conversations that were opened last can be read again. */
const MOST_CONVERSATIONS = 20;

const ofUser = (id: string): IDBKeyRange => IDBKeyRange.bound([id], [id, []]);

/** Notes who has signed in; what is known of anybody else goes. */
export const meet = (user: User): Promise<void> =>
  transact(["known", "messages"], "readwrite", async (store) => {
    const others = (await asked(store("known").getAllKeys())).filter((id) => id !== user.id);
    for (const id of others) {
      store("known").delete(id);
      store("messages").delete(ofUser(String(id)));
    }
    const before: Known | undefined = await asked(store("known").get(user.id));
    const blank = { at: 0, open: [], completed: null, conversations: [] };
    store("known").put({ ...(before ?? blank), user }, user.id);
  });

/** Whoever signed in here last and has not left, with what was known then. */
export const recall = (): Promise<Known | null> =>
  transact(["known"], "readonly", async (store) => {
    const all: Known[] = await asked(store("known").getAll());
    return all[0] ?? null;
  });

/** Keeps what was heard, unless the person has left meanwhile, by another tab perhaps. */
export const remember = (known: Known): Promise<void> =>
  transact(["known"], "readwrite", async (store) => {
    const before: Known | undefined = await asked(store("known").get(known.user.id));
    if (!before) return;
    store("known").put({ ...known, completed: known.completed ?? before.completed }, known.user.id);
  });

export const rememberMessages = (user: string, conversation: number, heard: KnownMessages): Promise<void> =>
  transact(["known", "messages"], "readwrite", async (store) => {
    if ((await asked(store("known").getKey(user))) === undefined) return;
    store("messages").put(heard, [user, conversation]);
    const keys = await asked(store("messages").getAllKeys(ofUser(user)));
    const all: KnownMessages[] = await asked(store("messages").getAll(ofUser(user)));
    const oldest = keys
      .map((key, index) => ({ key, at: all[index]?.at ?? 0 }))
      .sort((a, b) => b.at - a.at)
      .slice(MOST_CONVERSATIONS);
    for (const { key } of oldest) store("messages").delete(key);
  });

export const recallMessages = (user: string, conversation: number): Promise<KnownMessages | undefined> =>
  transact(["messages"], "readonly", (store) => asked(store("messages").get([user, conversation])));

export const forgetMessages = (user: string, conversation: number): Promise<void> =>
  transact(["messages"], "readwrite", async (store) => {
    store("messages").delete([user, conversation]);
  });

/** Nothing that can be read stays on this device. */
export const forgetAll = (): Promise<void> =>
  transact(["known", "messages", "told"], "readwrite", async (store) => {
    for (const name of ["known", "messages", "told"] as const) store(name).clear();
  });
