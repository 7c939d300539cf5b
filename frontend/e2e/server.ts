// The real server, and what a test asks of it: one with a clock that can be moved, or several processes behind a proxy.
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
  /** Behind a proxy, that is; each answer says which it is from. */
  processes: number;
  /** A fresh account of its own. */
  account: () => Promise<Credentials>;
  /** Makes an account an administrator, as the operator's command does. */
  promote: (email: string) => Promise<void>;
  advance: (seconds: number) => Promise<void>;
  now: () => Promise<number>;
  /** The code that an independent authenticator shows at the server's time, or so many seconds off it. */
  code: (secret: string, offset?: number) => Promise<string>;
  /** A code of a later step than any before: codes work once. */
  nextCode: (secret: string) => Promise<string>;
  /** The mails that an address got, the oldest first. */
  mails: (to: string) => Promise<Mail[]>;
  stop: () => Promise<void>;
}

/** Starts a program that prints a line of JSON when it is ready, and ends when its standard input does. */
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
  return { said: JSON.parse(first) as T, stop };
}

function built(name: "TESTSERVER_BIN" | "CLUSTER_BIN" | "PROGRAM_BIN") {
  const binary = process.env[name];
  if (!binary) throw new Error(`${name} names no program.`);
  return binary;
}

const period = 30;

const codeAt = (secret: string, seconds: number) =>
  new TOTP({ secret: Secret.fromBase32(secret), algorithm: "SHA1", digits: 6, period }).generate({
    timestamp: seconds * 1000,
  });

/**
 * Two processes of the program itself over one PostgreSQL. Nobody moves their clock: of a secret's codes there are three
 * at a time (the step before, this one, the next), and for a fourth one waits.
 */
export async function startCluster(): Promise<Server> {
  const args = ["-json", "-program", built("PROGRAM_BIN"), "-listen", "localhost:0"];
  const { said, stop } = await start<Credentials & { url: string }>(built("CLUSTER_BIN"), args);
  const now = () => Date.now() / 1000;
  const unmoved = () => Promise.reject(new Error("The clock of real processes is not moved."));
  const last = new Map<string, number>();
  return {
    url: said.url,
    processes: 2,
    account: () => Promise.resolve({ email: said.email, password: said.password }),
    promote: () => Promise.reject(new Error("These processes have no such lever.")),
    advance: unmoved,
    now: () => Promise.resolve(Math.floor(now())),
    code: (secret, offset = 0) => Promise.resolve(codeAt(secret, now() + offset)),
    nextCode: async (secret) => {
      // The step before is accepted until this one ends: not where that is soon.
      const oldest = Math.floor((now() - 20) / period);
      const step = Math.max(oldest, (last.get(secret) ?? 0) + 1);
      last.set(secret, step);
      const early = (step - 1) * period - now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early * 1000));
      return codeAt(secret, step * period);
    },
    mails: () => Promise.reject(new Error("These processes send no mail.")),
    stop,
  };
}

/** `settings` are those of the program. */
export async function startServer(settings: Record<string, string> = {}): Promise<Server> {
  const { said, stop } = await start<{ url: string; control: string }>(built("TESTSERVER_BIN"), [], settings);
  const { url, control } = said;

  const lever = async (method: string, path: string): Promise<string> => {
    const response = await fetch(control + path, { method });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.text();
  };
  const now = async () => (JSON.parse(await lever("GET", "/now")) as { unix: number }).unix;
  const advance = async (seconds: number) => void (await lever("POST", `/advance?seconds=${seconds}`));
  const code = async (secret: string, offset = 0) => codeAt(secret, (await now()) + offset);

  return {
    url,
    processes: 1,
    account: async () => JSON.parse(await lever("POST", "/accounts")) as Credentials,
    promote: async (email) =>
      void (await lever("POST", `/administrators?email=${encodeURIComponent(email)}`)),
    advance,
    now,
    code,
    nextCode: async (secret) => {
      await advance(period);
      return code(secret);
    },
    mails: async (to) =>
      (JSON.parse(await lever("GET", `/mail?to=${encodeURIComponent(to)}`)) as Mail[] | null) ?? [],
    stop,
  };
}

/** A code that is wrong at any time near now. */
export async function wrongCode(server: Server, secret: string): Promise<string> {
  const near = new Set<string>();
  for (let offset = -690; offset <= 690; offset += 30) near.add(await server.code(secret, offset));
  for (let guess = 0; ; guess += 1) {
    const code = String(guess).padStart(6, "0");
    if (!near.has(code)) return code;
  }
}

/** Registers a method without the page, as a script would. Answers its secret. */
export async function enrollByApi(server: Server, who: Credentials, name: string, secrets: string[] = []) {
  const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${server.url}/api/v1${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as Record<string, string>;
    if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer;
  };
  const proof = async () => (secrets[0] ? { code: await server.nextCode(secrets[0]) } : {});
  const session = await post("/sessions", { ...who, ...(await proof()), deliver: "token" });
  const bearer = { Authorization: `Bearer ${session["session_token"]}` };
  const grant = await post(
    "/step-up",
    { purpose: "mfa.enroll", password: who.password, ...(await proof()) },
    bearer,
  );
  const begun = await post(
    "/mfa/totp/enrollments",
    { name },
    { ...bearer, "Step-Up-Token": grant["step_up_token"] ?? "" },
  );
  const secret = begun["secret"] ?? "";
  await post(`/mfa/totp/enrollments/${begun["id"]}/confirm`, { code: await server.code(secret) }, bearer);
  return secret;
}

/** Waits for a mail whose link opens `path`, and answers that link. */
export async function mailedLink(server: Server, to: string, path: string): Promise<string> {
  for (let tries = 0; tries < 60; tries += 1) {
    const links = (await server.mails(to)).flatMap((mail) => mail.links);
    const link = links.findLast((url) => new URL(url).pathname === path);
    if (link) return link;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`No mail to ${to} with a link to ${path}.`);
}
