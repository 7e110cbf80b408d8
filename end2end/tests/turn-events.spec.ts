// Turn events over server-sent events, GraphQL and the command line, with resumption from any sequence number.
import { collect, isTerminal, joinText, readServerSentEvents, type TurnEvent } from "../lib/api.ts";
import { expect, test } from "../lib/fixtures.ts";

test.use({ script: "mock-ttft50-itl5-len120" });

/** Checks that sequence numbers start at 1 and have no gaps. */
function expectNoGaps(events: TurnEvent[]): void {
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
}

test("every transport delivers the same turn", async ({ api, penny }) => {
  const conversation = await api.createConversation();
  const live = await collect(readServerSentEvents(await api.submitAndStream(conversation, "Tell me something long")));
  expectNoGaps(live);
  expect(live[0]?.kind).toBe("started");
  expect(live.at(-1)?.kind).toBe("finished");
  const turn = String(live[0]?.turnId);
  expect(live.every((event) => event.turnId === turn), "every event has the turn's id").toBe(true);
  const text = joinText(live);
  expect(text.length).toBeGreaterThan(100);
  expect(live.at(-1)?.length).toBe(Buffer.byteLength(text));

  const replayed = await collect(readServerSentEvents(await api.streamEvents(turn)));
  expect(joinText(replayed)).toBe(text);
  const subscribed = await api.subscribe(turn);
  expect(joinText(subscribed)).toBe(text);
  const printed = await penny.cli("turn", "follow", turn, "--url", penny.url, "--token", await penny.token());
  expect(printed.trim()).toBe(text.trim());
});

test("a turn resumes from any number, while it runs and after", async ({ api }) => {
  const turn = await api.submit(await api.createConversation(), "Tell me something long");
  const live = await collect(readServerSentEvents(await api.streamEvents(turn)));
  expectNoGaps(live);
  const text = joinText(live);
  const last = live.at(-1)!.seq;
  for (let after = 0; after < last; after += Math.max(1, Math.floor(last / 12))) {
    const before = live.filter((event) => event.seq <= after);
    for (const rest of [
      await collect(readServerSentEvents(await api.streamEvents(turn, after))),
      await collect(readServerSentEvents(await api.streamEvents(turn, after, true))),
      await api.subscribe(turn, after),
    ]) {
      expect(rest.every((event) => event.seq > after), `only events after ${after}`).toBe(true);
      expect(joinText([...before, ...rest]), `resumed after ${after}`).toBe(text);
      expect(rest.filter(isTerminal)).toHaveLength(1);
    }
  }
});

test("a client that reconnects repeatedly loses nothing", async ({ api }) => {
  const turn = await api.submit(await api.createConversation(), "Tell me something long");
  const received: TurnEvent[] = [];
  for (let tries = 0; !received.some(isTerminal); tries++) {
    expect(tries).toBeLessThan(400);
    let count = 0;
    const stream = readServerSentEvents(await api.streamEvents(turn, received.at(-1)?.seq ?? 0), () => ++count === 7);
    for await (const event of stream) received.push(event);
  }
  const numbers = received.map((event) => event.seq);
  expect(new Set(numbers).size, "no event twice").toBe(numbers.length);
  expect(joinText(received)).toBe(joinText(await collect(readServerSentEvents(await api.streamEvents(turn)))));
});

test("a message sent twice with the same client key starts one turn", async ({ api }) => {
  const conversation = await api.createConversation();
  const clientKey = "the-same-key";
  const [one, two] = await Promise.all([
    api.submit(conversation, "Only once, please", { clientKey }),
    api.submit(conversation, "Only once, please", { clientKey }),
  ]);
  expect(one).toBe(two);
});

test("a stopped turn keeps its text and is reported as stopped by every transport", async ({ api }) => {
  const turn = await api.submit(await api.createConversation(), "Tell me something long", {
    model: "openai/mock-ttft20-itl50-len400",
  });
  const received: TurnEvent[] = [];
  for await (const event of readServerSentEvents(await api.streamEvents(turn))) {
    received.push(event);
    if (received.filter(({ kind }) => kind === "delta").length === 5) await api.json("POST", `/v1/turns/${turn}/stop`, {});
  }
  expect(received.at(-1)?.kind).toBe("stopped");
  expect(received.at(-1)?.length).toBe(Buffer.byteLength(joinText(received)));
  expect(joinText(await api.subscribe(turn))).toBe(joinText(received));
});

test("errors have the documented status codes and content type", async ({ api, penny }) => {
  const unauthenticated = await fetch(`${penny.url}/v1/conversations`, { headers: { authorization: "Bearer nonsense" } });
  expect(unauthenticated.status).toBe(401);
  expect(unauthenticated.headers.get("content-type")).toContain("application/problem+json");

  const absent = await api.call("GET", "/v1/conversations/cnv_01jzzzzzzzzzzzzzzzzzzzzzzz");
  expect(absent.status).toBe(404);

  const malformed = await fetch(`${penny.url}/v1/conversations`, {
    method: "POST",
    headers: { authorization: `Bearer ${await penny.token()}`, "content-type": "application/json" },
    body: "{",
  });
  expect(malformed.status).toBe(400);
  expect(((await malformed.json()) as { code: string }).code).toBeTruthy();
});

test("the specified tools are listed and validate their arguments", async ({ api }) => {
  const tools = await api.json<{ name: string }[] | { items: { name: string }[] }>("GET", "/v1/tools");
  const names = (Array.isArray(tools) ? tools : tools.items).map((tool) => tool.name);
  expect(names).toEqual(expect.arrayContaining(["get_company_kpis", "load_dashboard"]));

  const unit = await api.call("POST", "/v1/tools/get_company_kpis/invoke", { period: "MTD", unit: "bu" });
  expect(unit.status).toBeGreaterThanOrEqual(400);
  expect(unit.status).toBeLessThan(500);

  const kpis = await api.json<{ result: unknown }>("POST", "/v1/tools/get_company_kpis/invoke", {
    period: "YTD",
    unit: "company",
  });
  expect(JSON.stringify(kpis.result)).toContain("value");
});
