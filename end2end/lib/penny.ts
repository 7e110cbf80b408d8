// Starts the real program and the scripted model server, on free ports; the program gets an empty folder.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BIN_DIR = fileURLToPath(new URL("../../target/bin/", import.meta.url));
const PENNY_PATH = process.env.PENNY_BIN ?? join(BIN_DIR, "penny");
const MODELS_PATH = process.env.PENNY_MODELS_BIN ?? join(BIN_DIR, "penny-mock-models");

/** The bootstrap administrator. */
export const ADMIN = { email: "alice@acme.test", password: "correct horse battery staple" };

export type Environment = Record<string, string>;

/** A page of the web user interface, as `penny schema pages` prints it. */
export interface PageEntry {
  name: string;
  /** Path pattern of the route. */
  path: string;
  /** Path that matches the pattern. */
  example: string;
  needsSignIn: boolean;
}

/** Polls `probe` until it returns a value; throws an error that names `what` after `seconds`. */
export async function waitFor<T>(what: string, probe: () => Promise<T | undefined>, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await probe().catch(() => undefined);
    if (value !== undefined) return value;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Returns a free port. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** A child process with its output. */
class ServerProcess {
  output = "";
  readonly exited: Promise<void>;

  constructor(readonly child: ChildProcess) {
    child.stdout?.on("data", (bytes) => (this.output += bytes));
    child.stderr?.on("data", (bytes) => (this.output += bytes));
    this.exited = new Promise((resolve) => child.once("exit", () => resolve()));
  }

  get hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    if (this.hasExited) return;
    this.child.kill(signal);
    const timeout = setTimeout(() => this.child.kill("SIGKILL"), 10_000);
    await this.exited;
    clearTimeout(timeout);
  }
}

export class Penny {
  private running: ServerProcess | undefined;

  private constructor(
    readonly port: number,
    readonly dir: string,
    readonly env: Environment,
  ) {}

  /** Starts the program in a new folder and waits until it is ready. */
  static async start(env: Environment = {}): Promise<Penny> {
    const port = await freePort();
    const dir = mkdtempSync(join(tmpdir(), "penny-e2e-"));
    const penny = new Penny(port, dir, {
      PENNY__HTTP__ADDR: `127.0.0.1:${port}`,
      PENNY__HTTP__PUBLIC_URL: `http://127.0.0.1:${port}`,
      PENNY__DATA__DIR: join(dir, "data"),
      PENNY__BOOTSTRAP__EMAIL: ADMIN.email,
      PENNY__BOOTSTRAP__PASSWORD: ADMIN.password,
      // An Ollama on this machine must not affect the tests.
      PENNY__MODELS__OLLAMA__BASE_URL: "",
      ...env,
    });
    await penny.launch();
    return penny;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Returns the output of the program so far. */
  get output(): string {
    return this.running?.output ?? "";
  }

  private environment(): NodeJS.ProcessEnv {
    const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PENNY__")));
    // An empty value leaves the variable unset.
    const own = Object.entries(this.env).filter(([, value]) => value !== "");
    return { ...inherited, ...Object.fromEntries(own) };
  }

  /** Starts the program in its folder and waits until it is ready. */
  async launch(): Promise<void> {
    const child = spawn(PENNY_PATH, ["serve"], { cwd: this.dir, env: this.environment(), stdio: ["ignore", "pipe", "pipe"] });
    const running = new ServerProcess(child);
    this.running = running;
    await waitFor(`PENNY to be ready; its output:\n${running.output}`, async () => {
      if (running.hasExited) return true;
      const response = await fetch(`${this.url}/ready`);
      return response.ok ? true : undefined;
    });
    if (running.hasExited) throw new Error(`PENNY exited during start:\n${running.output}`);
  }

  /** Kills the program without a shutdown, as a crash would. */
  async kill(): Promise<void> {
    await this.running?.stop("SIGKILL");
  }

  /** Stops the program and deletes its folder. */
  async stop(): Promise<void> {
    await this.running?.stop("SIGTERM");
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }

  /** Runs a CLI command in the same folder and returns its output. */
  async cli(...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(PENNY_PATH, args, { cwd: this.dir, env: this.environment() });
    return stdout;
  }

  /** Returns the table of pages. */
  async pages(): Promise<PageEntry[]> {
    return JSON.parse(await this.cli("schema", "pages")) as PageEntry[];
  }

  /** Creates a personal access token. */
  async token(email = ADMIN.email, ...more: string[]): Promise<string> {
    return (await this.cli("token", "create", "--email", email, "--name", "end to end", ...more)).trim();
  }
}

/** The scripted model server. The name of a model describes its behaviour. */
export class ModelServer {
  private constructor(
    readonly url: string,
    private readonly running: ServerProcess,
  ) {}

  static async start(): Promise<ModelServer> {
    const port = await freePort();
    const child = spawn(MODELS_PATH, ["--addr", `127.0.0.1:${port}`], { stdio: ["ignore", "pipe", "pipe"] });
    const running = new ServerProcess(child);
    await waitFor(`the model server; its output:\n${running.output}`, async () => {
      if (running.hasExited) throw new Error(running.output);
      return (await fetch(`http://127.0.0.1:${port}/v1/models`)).ok || undefined;
    });
    return new ModelServer(`http://127.0.0.1:${port}/v1`, running);
  }

  /** Returns the settings that make `model` the default model. */
  settings(model: string): Environment {
    return {
      PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL: this.url,
      PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY: "sk-not-a-secret",
      PENNY__MODELS__DEFAULT: `openai/${model}`,
    };
  }

  async stop(): Promise<void> {
    await this.running.stop("SIGTERM");
  }
}
