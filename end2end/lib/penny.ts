// A PENNY of one's own: the real program, on a free port, in an empty folder.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BUILT = fileURLToPath(new URL("../../target/bin/", import.meta.url));
const PROGRAM = process.env.PENNY_BIN ?? join(BUILT, "penny");
const MODELS = process.env.PENNY_MODELS_BIN ?? join(BUILT, "penny-mock-models");

/** The administrator that the tests sign in as. */
export const ADMIN = { email: "alice@acme.test", password: "correct horse battery staple" };

export type Environment = Record<string, string>;

/** Waits until `probe` answers something other than undefined, asking often; fails with `what` after `seconds`. */
export async function until<T>(what: string, probe: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await probe().catch(() => undefined);
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Returns a port nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** A process with what it said. */
class Running {
  output = "";
  readonly ended: Promise<void>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on("data", (bytes) => (this.output += bytes));
    child.stderr?.on("data", (bytes) => (this.output += bytes));
    this.ended = new Promise((resolve) => child.once("exit", () => resolve()));
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.isOver) return;
    this.child.kill(signal);
    const patience = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await this.ended;
    clearTimeout(patience);
  }
}

export class Penny {
  private running: Running | undefined;

  private constructor(
    readonly port: number,
    readonly dir: string,
    readonly env: Environment,
  ) {}

  /** Starts the program and waits until it says that it is ready. */
  static async start(env: Environment = {}): Promise<Penny> {
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), "penny-e2e-"));
    const penny = new Penny(port, dir, {
      PENNY__HTTP__ADDR: `127.0.0.1:${port}`,
      PENNY__HTTP__PUBLIC_URL: `http://127.0.0.1:${port}`,
      PENNY__DATA__DIR: join(dir, "data"),
      PENNY__BOOTSTRAP__EMAIL: ADMIN.email,
      PENNY__BOOTSTRAP__PASSWORD: ADMIN.password,
      // Whatever runs on this machine must not change what the tests see.
      PENNY__MODELS__OLLAMA__BASE_URL: "",
      ...env,
    });
    await penny.begin();
    return penny;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What the program printed so far. */
  get output(): string {
    return this.running?.output ?? "";
  }

  private environment(): NodeJS.ProcessEnv {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PENNY__")));
    // An empty value means: not set.
    const own = Object.entries(this.env).filter(([, value]) => value !== "");
    return { ...inherited, ...Object.fromEntries(own) };
  }

  /** Starts the program again in the same folder. */
  async begin(): Promise<void> {
    const child = spawn(PROGRAM, ["serve"], { cwd: this.dir, env: this.environment(), stdio: ["ignore", "pipe", "pipe"] });
    const running = new Running(child);
    this.running = running;
    await until(`PENNY to be ready; it said:\n${running.output}`, async () => {
      if (running.isOver) return true;
      const answer = await fetch(`${this.url}/ready`);
      return answer.ok ? true : undefined;
    });
    if (running.isOver) throw new Error(`PENNY ended at once:\n${running.output}`);
  }

  /** Ends the program as a power cut would. */
  async kill(): Promise<void> {
    await this.running?.end("SIGKILL");
  }

  /** Ends the program and throws its folder away. */
  async stop(): Promise<void> {
    await this.running?.end("SIGTERM");
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Runs the command line against the same folder, and returns what it printed. */
  async cli(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(PROGRAM, args, { cwd: this.dir, env: this.environment() });
    return stdout;
  }

  /** Makes a personal access token. */
  async token(email = ADMIN.email, ...more: string[]): Promise<string> {
    return (await this.cli("token", "create", "--email", email, "--name", "end to end", ...more)).trim();
  }
}

/** The scripted model server; how it answers stands in the model's name. */
export class Models {
  private constructor(
    readonly url: string,
    private readonly running: Running,
  ) {}

  static async start(): Promise<Models> {
    const port = await freePort();
    const child = spawn(MODELS, ["--addr", `127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "pipe"] });
    const running = new Running(child);
    await until(`the model server; it said:\n${running.output}`, async () => {
      if (running.isOver) throw new Error(running.output);
      return (await fetch(`http://127.0.0.1:${port}/v1/models`)).ok || undefined;
    });
    return new Models(`http://127.0.0.1:${port}/v1`, running);
  }

  /** The settings that make `model` the one that answers. */
  settings(model: string): Environment {
    return {
      PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL: this.url,
      PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY: "sk-not-a-secret",
      PENNY__MODELS__DEFAULT: `openai/${model}`,
    };
  }

  async stop(): Promise<void> {
    await this.running.end("SIGTERM");
  }
}
