// A client of the public API: REST, server-sent events, GraphQL over HTTP and over `graphql-transport-ws`.
import { WebSocket } from "ws";
import type { Penny } from "./penny.ts";

/** An event of a turn, the same for all transports. */
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

/** Yields server-sent events until the stream closes or `isLast` returns true. */
export async function* readServerSentEvents(
  response: Response,
  isLast: (event: TurnEvent) => boolean = () => false,
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
        if (isLast(event)) return;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const event of events) collected.push(event);
  return collected;
}

/** Joins the text of events by offset, so that a replay with merged deltas gives the same result. */
export function joinText(events: TurnEvent[], kind = "delta"): string {
  let text = Buffer.alloc(0);
  for (const event of events) {
    if (event.kind !== kind) continue;
    const delta = Buffer.from(event.text ?? "");
    const offset = event.offset ?? text.length;
    if (offset > text.length) throw new Error(`bytes ${text.length} to ${offset} are missing before event ${event.seq}`);
    text = Buffer.concat([text.subarray(0, offset), delta]);
  }
  const end = events.find(isTerminal);
  if (end?.kind === "interrupted" && end.length !== undefined) text = text.subarray(0, end.length);
  return text.toString("utf8");
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
    const response = await this.call(method, path, body, { accept: "application/json", ...headers });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as T;
  }

  async createConversation(): Promise<string> {
    return (await this.json<{ id: string }>("POST", "/v1/conversations", {})).id;
  }

  /** Sends a message and returns the turn's id without waiting for the turn. */
  async submit(conversation: string, content: string, more: object = {}): Promise<string> {
    const turn = await this.json<{ id?: string; turnId?: string }>("POST", `/v1/chat/${conversation}/messages`, {
      content,
      attachments: [],
      artifactsExpected: [],
      ...more,
    });
    const id = turn.turnId ?? turn.id;
    if (!id) throw new Error(`the response has no turn id: ${JSON.stringify(turn)}`);
    return id;
  }

  /** Sends a message and returns the event stream of its turn. */
  async submitAndStream(conversation: string, content: string): Promise<Response> {
    const response = await this.call(
      "POST",
      `/v1/chat/${conversation}/messages`,
      { content, attachments: [], artifactsExpected: [] },
      { accept: "text/event-stream" },
    );
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response;
  }

  /** Opens the event stream of a turn, starting after event `after`. */
  async streamEvents(turn: string, after = 0, byHeader = false): Promise<Response> {
    const path = `/v1/turns/${turn}/events` + (byHeader ? "" : `?after=${after}`);
    const response = await this.call("GET", path, undefined, {
      accept: "text/event-stream",
      ...(byHeader ? { "last-event-id": String(after) } : {}),
    });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response;
  }

  async graphql<T>(query: string, variables: object = {}): Promise<T> {
    const response = await this.json<{ data: T; errors?: unknown[] }>("POST", "/graphql", { query, variables });
    if (response.errors) throw new Error(JSON.stringify(response.errors));
    return response.data;
  }

  /** Sets the language and the theme of the token's owner. */
  async setPreferences(locale: string, colorScheme: string): Promise<void> {
    await this.graphql("mutation SetPreferences($patch: PreferencesPatch!) { updatePreferences(patch: $patch) { id } }", {
      patch: { locale, colorScheme },
    });
  }

  /** Subscribes to a turn over `graphql-transport-ws`, starting after event `after`, and returns its events. */
  async subscribe(turn: string, after = 0): Promise<TurnEvent[]> {
    const socket = new WebSocket(`${this.penny.url.replace("http", "ws")}/graphql/ws`, "graphql-transport-ws", {
      headers: { authorization: `Bearer ${this.token}` },
    });
    const events: TurnEvent[] = [];
    await new Promise<void>((resolve, reject) => {
      const timeout = setTimeout(() => reject(new Error("the subscription timed out")), 60_000);
      const finish = (error?: Error): void => {
        clearTimeout(timeout);
        socket.close();
        if (error) reject(error);
        else resolve();
      };
      const send = (message: object): void => socket.send(JSON.stringify(message));
      socket.on("open", () => send({ type: "connection_init", payload: { authorization: `Bearer ${this.token}` } }));
      socket.on("error", finish);
      socket.on("close", (code, reason) => finish(new Error(`closed: ${code} ${reason}`)));
      socket.on("message", (bytes) => {
        const message = JSON.parse(String(bytes)) as { type: string; payload?: any };
        if (message.type === "connection_ack") {
          send({ id: "1", type: "subscribe", payload: { query: TURN_EVENTS, variables: { turn, after } } });
        } else if (message.type === "ping") {
          send({ type: "pong" });
        } else if (message.type === "error") {
          finish(new Error(JSON.stringify(message.payload)));
        } else if (message.type === "next") {
          if (message.payload.errors) return finish(new Error(JSON.stringify(message.payload.errors)));
          const { seq, body } = message.payload.data.turnEvents;
          events.push({ ...body, seq, kind: KINDS[body.kind as string] ?? String(body.kind) });
        } else if (message.type === "complete") {
          finish();
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
  ApprovalRequested: "approval",
  ArtifactCreated: "artifact",
  CitationAdded: "citation",
  UsageUpdated: "usage",
  TurnFinished: "finished",
  TurnFailed: "failed",
  TurnStopped: "stopped",
  TurnInterrupted: "interrupted",
};

const TURN_EVENTS = `subscription TurnEvents($turn: TurnId!, $after: Int!) {
  turnEvents(turnId: $turn, after: $after) {
    seq
    body {
      kind: __typename
      ... on TextDelta { text offset }
      ... on ReasoningDelta { text offset }
      ... on ToolCallChanged { callId name status }
      ... on ArtifactCreated { artifactId version title }
      ... on TurnFinished { length }
      ... on TurnFailed { length code }
      ... on TurnStopped { length }
      ... on TurnInterrupted { length }
    }
  }
}`;
