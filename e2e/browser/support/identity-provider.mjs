#!/usr/bin/env node
/**
 * A hospital's identity provider for tests: `oidc-provider` (npm, certified by the OpenID Foundation) on a port of this machine, with its own pages for signing in and
 * consent, on which every name is an account. Usage: identity-provider.mjs PORT CONSOLE_ORIGIN; 0 takes a free port. Says `READY {"issuer": …}` and ends with its parent's pipe.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [port = "0", origin = "http://localhost:7480"] = process.argv.slice(2);

const server = createServer();
await new Promise((resolved, rejected) => {
  server.once("error", rejected);
  server.listen(Number(port), "localhost", resolved);
});
const issuer = `http://localhost:${server.address().port}`;
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = { ...privateKey.export({ format: "jwk" }), kid: randomBytes(8).toString("hex"), use: "sig", alg: "ES256" };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "yunzhen",
      token_endpoint_auth_method: "none",
      id_token_signed_response_alg: "ES256",
      redirect_uris: [`${origin}/openid/callback`],
      post_logout_redirect_uris: [`${origin}/`],
      grant_types: ["authorization_code"],
      response_types: ["code"],
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: [randomBytes(16).toString("hex")] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
});
server.on("request", provider.callback());
// Whoever started it holds its input open; when that goes, so does it.
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
console.log(`READY ${JSON.stringify({ issuer })}`);
