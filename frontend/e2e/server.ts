// Starts the real server for the journeys: one process with a clock that a test can advance, or several behind a proxy.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Secret, TOTP } from "otpauth";

export interface Credentials {
  email: string;
  password: string;
}

export interface Mail {
  to: string;
  subject: string;
  text: string;
  links: string[];
}

export interface Server {
  url: string;
  /** The number of processes. If there are several, a header of each response names its process. */
  processes: number;
  /** Adds an account with a password and no MFA. */
  account: () => Promise<Credentials>;
  /** Gives an account the administrator role, as the operator's command does. */
  promote: (email: string) => Promise<void>;
  /** Advances the server's clock. */
  advance: (seconds: number) => Promise<void>;
  /** The server's time in Unix seconds. */
  now: () => Promise<number>;
  /** The code of an independent TOTP implementation at the server's time plus an offset in seconds. */
  code: (secret: string, offset?: number) => Promise<string>;
  /** A code of a later time step than any before, because a code works once (RFC 6238 §5.2). */
  nextCode: (secret: string) => Promise<string>;
  /** The mails to an address, the oldest first. */
  mails: (to: string) => Promise<Mail[]>;
  stop: () => Promise<void>;
}

/**
 * Starts a program that prints a line of JSON when it is ready and exits when its standard input closes. Returns that line's
 * content and a function that stops the program.
 */
async function start<T>(binary: string, args: string[] = [], env: Record<string, string> = {}) {
  const child = spawn(binary, args, {
    cwd: new URL("../..", import.meta.url),
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const lines = createInterface({ input: child.stdout });
  const first = await new Promise<string>((resolve, reject) => {
    lines.once("line", resolve);
    child.once("exit", (status) => reject(new Error(`${binary} ended with ${status} before it was ready.`)));
  });
  const stop = () =>
    new Promise<void>((resolve) => {
      child.once("exit", () => resolve());
      child.stdin.end();
    });
  return { ready: JSON.parse(first) as T, stop };
}

/** Returns the path of a program that build-server.ts has built. */
function binary(name: "TESTSERVER_BIN" | "CLUSTER_BIN" | "PROGRAM_BIN") {
  const path = process.env[name];
  if (!path) throw new Error(`${name} is not set.`);
  return path;
}

/** Seconds of a TOTP time step. */
const period = 30;

const codeAt = (secret: string, seconds: number) =>
  new TOTP({ secret: Secret.fromBase32(secret), algorithm: "SHA1", digits: 6, period }).generate({
    timestamp: seconds * 1000,
  });

/**
 * Starts two processes of the program itself over one PostgreSQL. Their clock is the machine's, so three codes of a secret
 * are valid at a time (the previous time step, this one and the next), and nextCode waits for a fourth.
 */
export async function startCluster(): Promise<Server> {
  const args = ["-json", "-program", binary("PROGRAM_BIN"), "-listen", "localhost:0"];
  const { ready, stop } = await start<Credentials & { url: string }>(binary("CLUSTER_BIN"), args);
  const now = () => Date.now() / 1000;
  const noClock = () => Promise.reject(new Error("The clock of real processes cannot be advanced."));
  const last = new Map<string, number>();
  return {
    url: ready.url,
    processes: 2,
    account: () => Promise.resolve({ email: ready.email, password: ready.password }),
    promote: () => Promise.reject(new Error("These processes have no control server.")),
    advance: noClock,
    now: () => Promise.resolve(Math.floor(now())),
    code: (secret, offset = 0) => Promise.resolve(codeAt(secret, now() + offset)),
    nextCode: async (secret) => {
      // The previous step is valid until this one ends, unless that is within the next ten seconds.
      const oldest = Math.floor((now() - 20) / period);
      const step = Math.max(oldest, (last.get(secret) ?? 0) + 1);
      last.set(secret, step);
      const wait = (step - 1) * period - now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait * 1000));
      return codeAt(secret, step * period);
    },
    mails: () => Promise.reject(new Error("These processes send no mail.")),
    stop,
  };
}

/** Starts one process with a clock that can be advanced. `settings` are its environment variables. */
export async function startServer(settings: Record<string, string> = {}): Promise<Server> {
  const { ready, stop } = await start<{ url: string; control: string }>(
    binary("TESTSERVER_BIN"),
    [],
    settings,
  );
  const { url, control } = ready;

  const send = async (method: string, path: string): Promise<string> => {
    const response = await fetch(control + path, { method });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const now = async () => (JSON.parse(await send("GET", "/now")) as { unix: number }).unix;
  const advance = async (seconds: number) => void (await send("POST", `/advance?seconds=${seconds}`));
  const code = async (secret: string, offset = 0) => codeAt(secret, (await now()) + offset);

  return {
    url,
    processes: 1,
    account: async () => JSON.parse(await send("POST", "/accounts")) as Credentials,
    promote: async (email) => void (await send("POST", `/administrators?email=${encodeURIComponent(email)}`)),
    advance,
    now,
    code,
    nextCode: async (secret) => {
      await advance(period);
      return code(secret);
    },
    mails: async (to) =>
      (JSON.parse(await send("GET", `/mail?to=${encodeURIComponent(to)}`)) as Mail[] | null) ?? [],
    stop,
  };
}

/** Returns a code that is wrong in every time step within 11 minutes, the widest clock difference that enrollment looks for. */
export async function wrongCode(server: Server, secret: string): Promise<string> {
  const near = new Set<string>();
  for (let offset = -690; offset <= 690; offset += 30) near.add(await server.code(secret, offset));
  for (let guess = 0; ; guess += 1) {
    const code = String(guess).padStart(6, "0");
    if (!near.has(code)) return code;
  }
}

/**
 * Registers a TOTP method through the API and returns its secret. `secrets` are those of the account's earlier methods; the
 * first of them gives the code that is then required.
 */
export async function enrollByApi(
  server: Server,
  account: Credentials,
  name: string,
  secrets: string[] = [],
) {
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const result = (await response.json()) as Record<string, string>;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(result)}`);
    return result;
  };
  const secondFactor = async () => (secrets[0] ? { code: await server.nextCode(secrets[0]) } : {});
  const session = await post("/sessions", { ...account, ...(await secondFactor()), deliver: "token" });
  const bearer = { Authorization: `Bearer ${session["session_token"]}` };
  const stepUp = await post(
    "/step-up",
    { purpose: "mfa.enroll", password: account.password, ...(await secondFactor()) },
    bearer,
  );
  const begun = await post(
    "/mfa/totp/enrollments",
    { name },
    { ...bearer, "Step-Up-Token": stepUp["step_up_token"] ?? "" },
  );
  const secret = begun["secret"] ?? "";
  await post(`/mfa/totp/enrollments/${begun["id"]}/confirm`, { code: await server.code(secret) }, bearer);
  return secret;
}

/** Waits for a mail with a link to `path` and returns the newest such link. */
export async function waitForMailedLink(server: Server, to: string, path: string): Promise<string> {
  for (let tries = 0; tries < 60; tries += 1) {
    const links = (await server.mails(to)).flatMap((mail) => mail.links);
    const link = links.findLast((url) => new URL(url).pathname === path);
    if (link) return link;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`No mail to ${to} with a link to ${path}.`);
}
