/** A speech server that hears the same in every recording: `POST /v1/audio/transcriptions`. */

import { createServer } from "node:http";

export const HEARD = "buy oat milk tomorrow";

export async function startEar(): Promise<[baseUrl: string, stop: () => Promise<void>]> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      const asked = request.method === "POST" && request.url === "/v1/audio/transcriptions";
      response.writeHead(asked ? 200 : 404, { "Content-Type": "application/json" });
      response.end(
        JSON.stringify(asked ? { text: HEARD } : { error: { message: "There is nothing here." } }),
      );
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return [`http://127.0.0.1:${port}/v1`, stop];
}
