/** A wire to the server that can be cut and mended. */

import { connect, createServer, type Socket } from "node:net";

export interface Wire {
  origin: string;
  cut: () => void;
  mend: () => void;
  close: () => Promise<void>;
}

export async function layWire(to: string): Promise<Wire> {
  const port = Number(new URL(to).port);
  const ends = new Set<Socket>();
  let whole = true;
  const wire = createServer((near) => {
    if (!whole) return void near.destroy();
    const far = connect(port, "127.0.0.1");
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.on("error", () => undefined);
      end.on("close", () => {
        ends.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  });
  await new Promise<void>((done) => wire.listen(0, "127.0.0.1", done));
  const address = wire.address();
  const cut = () => {
    whole = false;
    for (const end of ends) end.destroy();
  };
  return {
    origin: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`,
    cut,
    mend: () => {
      whole = true;
    },
    close: () =>
      new Promise((done) => {
        cut();
        wire.close(() => done());
      }),
  };
}
