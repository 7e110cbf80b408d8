// What an integrator has: HTTP, server-sent events, GraphQL over HTTP and over `graphql-transport-ws`.
import { WebSocket } from "ws";
import type { Penny } from "./penny.ts";

/** One event of a turn, as any of the doors tells it. */
export interface TurnEvent {
  seq: number;
  kind: string;
  text?: string;
  offset?: number;
  length?: number;
  [more: string]: unknown;
}

export const TERMINAL = ["finished", "failed", "stopped", "interrupted"];

export const isTerminal = (event: TurnEvent): boolean => TERMINAL.includes(event.kind);

/** Reads server-sent events until the stream closes or `enough` says so. */
export async function* serverSent(
  response: Response,
  enough: (event: TurnEvent) => boolean = () => false,
): AsyncGenerator<TurnEvent> {
  if (!response.body) throw new Error("no body");
  const decoder = new TextDecoder();
  let rest = "";
  const reader = response.body.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      rest = (rest + decoder.decode(value, { stream: true })).replaceAll("\r\n", "\n");
      for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
        const block = rest.slice(0, end).split("\n");
        rest = rest.slice(end + 2);
        const field = (name: string): string =>
          block
            .filter((line) => line.startsWith(`${name}:`))
            .map((line) => line.slice(name.length + 1).replace(/^ /, ""))
            .join("\n");
        if (!field("data")) continue;
        const event = { ...JSON.parse(field("data")), seq: Number(field("id")), kind: field("event") } as TurnEvent;
        yield event;
        if (enough(event)) return;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export async function all<T>(events: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const event of events) found.push(event);
  return found;
}

/** Joins what was said by where it stands, so a replay that merged its pieces gives the same. */
export function joined(events: TurnEvent[], kind = "delta"): string {
  let said = Buffer.alloc(0);
  for (const event of events) {
    if (event.kind !== kind) continue;
    const piece = Buffer.from(event.text ?? "");
    const offset = event.offset ?? said.length;
    if (offset > said.length) throw new Error(`bytes ${said.length} to ${offset} were lost before event ${event.seq}`);
    said = Buffer.concat([said.subarray(0, offset), piece]);
  }
  const end = events.find(isTerminal);
  if (end?.kind === "interrupted" && end.length !== undefined) said = said.subarray(0, end.length);
  return said.toString("utf8");
}

export class Api {
  constructor(
    private readonly penny: Penny,
    private readonly token: string,
  ) {}

  async call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.penny.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  async json<T>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> {
    const answer = await this.call(method, path, body, { accept: "application/json", ...headers });
    const said = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${said}`);
    return JSON.parse(said) as T;
  }

  async conversation(): Promise<string> {
    return (await this.json<{ id: string }>("POST", "/v1/conversations", {})).id;
  }

  /** Sends a message and returns the turn's id at once. */
  async submit(conversation: string, content: string, more: object = {}): Promise<string> {
    const turn = await this.json<{ id?: string; turnId?: string }>("POST", `/v1/chat/${conversation}/messages`, {
      content,
      attachments: [],
      artifactsExpected: [],
      ...more,
    });
    const id = turn.turnId ?? turn.id;
    if (!id) throw new Error(`no turn in ${JSON.stringify(turn)}`);
    return id;
  }

  /** Sends a message and follows its answer on the same connection. */
  async chat(conversation: string, content: string): Promise<Response> {
    const answer = await this.call(
      "POST",
      `/v1/chat/${conversation}/messages`,
      { content, attachments: [], artifactsExpected: [] },
      { accept: "text/event-stream" },
    );
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** Follows a turn by server-sent events, from after event `after`. */
  async events(turn: string, after = 0, byHeader = false): Promise<Response> {
    const path = `/v1/turns/${turn}/events` + (byHeader ? "" : `?after=${after}`);
    const answer = await this.call("GET", path, undefined, {
      accept: "text/event-stream",
      ...(byHeader ? { "last-event-id": String(after) } : {}),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer;
  }

  async graphql<T>(query: string, variables: object = {}): Promise<T> {
    const answer = await this.json<{ data: T; errors?: unknown[] }>("POST", "/graphql", { query, variables });
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer.data;
  }

  /** Sets the language and the theme of whoever the token stands for. */
  async prefer(locale: string, colorScheme: string): Promise<void> {
    await this.graphql("mutation Prefer($patch: PreferencesPatch!) { updatePreferences(patch: $patch) { id } }", {
      patch: { locale, colorScheme },
    });
  }

  /** Follows a turn over `graphql-transport-ws`, from after event `after`, until it is over. */
  async subscribe(turn: string, after = 0): Promise<TurnEvent[]> {
    const socket = new WebSocket(`${this.penny.url.replace("http", "ws")}/graphql/ws`, "graphql-transport-ws", {
      headers: { authorization: `Bearer ${this.token}` },
    });
    const events: TurnEvent[] = [];
    await new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error("the subscription took too long")), 60_000);
      const over = (error?: Error): void => {
        clearTimeout(patience);
        socket.close();
        if (error) reject(error);
        else resolve();
      };
      const send = (message: object): void => socket.send(JSON.stringify(message));
      socket.on("open", () => send({ type: "connection_init", payload: { authorization: `Bearer ${this.token}` } }));
      socket.on("error", over);
      socket.on("close", (code, reason) => over(new Error(`closed: ${code} ${reason}`)));
      socket.on("message", (bytes) => {
        const message = JSON.parse(String(bytes)) as { type: string; payload?: any };
        if (message.type === "connection_ack") {
          send({ id: "1", type: "subscribe", payload: { query: TURN_EVENTS, variables: { turn, after } } });
        } else if (message.type === "ping") {
          send({ type: "pong" });
        } else if (message.type === "error") {
          over(new Error(JSON.stringify(message.payload)));
        } else if (message.type === "next") {
          if (message.payload.errors) return over(new Error(JSON.stringify(message.payload.errors)));
          const { seq, body } = message.payload.data.turnEvents;
          events.push({ ...body, seq, kind: KINDS[body.kind as string] ?? String(body.kind) });
        } else if (message.type === "complete") {
          over();
        }
      });
    });
    return events;
  }
}

const KINDS: Record<string, string> = {
  TurnStarted: "started",
  TextDelta: "delta",
  ReasoningDelta: "reasoning",
  ToolCallChanged: "tool_call",
  ToolProgress: "tool_progress",
  ApprovalAsked: "approval",
  ArtifactMade: "artifact",
  CitationMade: "citation",
  UsageCounted: "usage",
  TurnFinished: "finished",
  TurnFailed: "failed",
  TurnStopped: "stopped",
  TurnInterrupted: "interrupted",
};

const TURN_EVENTS = `subscription Follow($turn: TurnId!, $after: Int!) {
  turnEvents(turnId: $turn, after: $after) {
    seq
    body {
      kind: __typename
      ... on TextDelta { text offset }
      ... on ReasoningDelta { text offset }
      ... on ToolCallChanged { callId name status }
      ... on ArtifactMade { artifactId version title }
      ... on TurnFinished { length }
      ... on TurnFailed { length code }
      ... on TurnStopped { length }
      ... on TurnInterrupted { length }
    }
  }
}`;
