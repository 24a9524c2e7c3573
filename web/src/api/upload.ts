/** Sending something large, and being told how much of it is on its way: browsers tell that by the old door only. */

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().split("\r\n")) {
    const at = line.indexOf(": ");
    if (at > 0) headers.append(line.slice(0, at), line.slice(at + 2));
  }
  return headers;
}

/** Like `fetch` for an answer with a body; `onSent` hears which part has been sent, 0 to 1. */
export function fetchTelling(
  path: string,
  init: RequestInit,
  onSent: (part: number) => void,
): Promise<Response> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open(init.method ?? "GET", path);
    for (const [name, value] of new Headers(init.headers)) request.setRequestHeader(name, value);
    request.responseType = "blob";
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? loaded / total : 0);
    request.upload.onload = () => onSent(1);
    request.onload = () => {
      const { status, response } = request;
      done(new Response(response as Blob, { status, headers: headersOf(request) }));
    };
    request.onerror = () => fail(new TypeError("The network failed."));
    request.send(init.body as Blob | string | null);
  });
}
