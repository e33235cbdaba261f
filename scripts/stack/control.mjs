/**
 * For tests that stop a program on purpose and start it again: `POST <control>/<program>/stop` with `{"signal": "SIGKILL"}` answers how it ended,
 * `POST <control>/<program>/start` when it is ready again, where it was. On this machine only, and only while a command runs.
 */
import { createServer } from "node:http";

export async function openControl(stack) {
  const server = createServer((request, response) => {
    const answer = (status, body) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    act(stack, request).then(
      (done) => (done ? answer(200, done) : answer(404, { error: `nothing at ${request.url}` })),
      (error) => answer(500, { error: error.message }),
    );
  });
  await new Promise((resolved, rejected) => {
    server.once("error", rejected);
    server.listen(0, "127.0.0.1", resolved);
  });
  stack.describe({ control: `http://127.0.0.1:${server.address().port}` });
  return server;
}

async function act(stack, request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  const [, name, action] = request.url.split("/");
  const program = stack.programs.find((one) => one.name === name);
  if (request.method !== "POST" || !program) return undefined;
  if (action === "stop") return program.end(JSON.parse(text).signal);
  if (action !== "start") return undefined;
  await stack.start(program);
  return { pid: program.pid };
}
