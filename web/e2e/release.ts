/** Saydo behind a door at which a newer version of the web app can come out, without building one. */

import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";

export interface Release {
  origin: string;
  /** From now on the page says `newer`, and the worker is another one. */
  publish: () => void;
  close: () => Promise<void>;
}

const NEWER: [type: string, from: RegExp, to: string][] = [
  ["text/html", /<body>/, '<body data-version="newer">'],
  ["text/javascript", /`saydo-[0-9a-f]{16}`/, "`saydo-newer`"],
];

function change(type: string, path: string, text: string): string {
  const found = NEWER.find(([kind]) => type.startsWith(kind));
  return found && (path === "/sw.js" || type.startsWith("text/html"))
    ? text.replace(found[1], found[2])
    : text;
}

async function answer(
  from: IncomingMessage,
  to: ServerResponse,
  path: string,
  newer: boolean,
): Promise<void> {
  const type = from.headers["content-type"] ?? "";
  if (!newer || !(path === "/sw.js" || type.startsWith("text/html"))) {
    to.writeHead(from.statusCode ?? 500, from.headers);
    from.pipe(to);
    return;
  }
  const text = Buffer.concat(await from.toArray()).toString();
  const { "content-length": _, etag: __, ...headers } = from.headers;
  to.writeHead(from.statusCode ?? 500, headers).end(change(type, path, text));
}

export async function openRelease(to: string): Promise<Release> {
  const { hostname, port } = new URL(to);
  let newer = false;
  const door = createServer((asked, answered) => {
    const path = asked.url ?? "/";
    const { "accept-encoding": _, "if-none-match": __, ...headers } = asked.headers;
    const behind = request({ hostname, port, path, method: asked.method ?? "GET", headers }, (got) => {
      void answer(got, answered, path, newer);
    });
    behind.on("error", () => answered.destroy());
    answered.on("close", () => behind.destroy());
    asked.pipe(behind);
  });
  await new Promise<void>((done) => door.listen(0, "127.0.0.1", done));
  const address = door.address();
  return {
    origin: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    publish: () => {
      newer = true;
    },
    close: () =>
      new Promise((done) => {
        door.closeAllConnections();
        door.close(() => done());
      }),
  };
}
