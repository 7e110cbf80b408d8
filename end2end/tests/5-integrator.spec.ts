// 5. An integrator follows the same turn over GraphQL, over server-sent events and from the command line,
//    and resumes from any sequence number with nothing lost or doubled.
import { all, isTerminal, joined, serverSent, type TurnEvent } from "../lib/api.ts";
import { expect, test } from "../lib/test.ts";

test.use({ script: "mock-ttft50-itl5-len120" });

/** Live, numbers have no gaps. */
function expectNoGaps(events: TurnEvent[]): void {
  expect(events.map((event) => event.seq)).toEqual(events.map((_, at) => at + 1));
}

test("every door tells the same turn", async ({ api, penny }) => {
  const conversation = await api.conversation();
  const live = await all(serverSent(await api.chat(conversation, "Tell me something long")));
  expectNoGaps(live);
  expect(live[0]?.kind).toBe("started");
  expect(live.at(-1)?.kind).toBe("finished");
  const turn = String(live[0]?.turnId);
  expect(live.every((event) => event.turnId === turn), "every event names its turn").toBe(true);
  const said = joined(live);
  expect(said.length).toBeGreaterThan(100);
  expect(live.at(-1)?.length).toBe(Buffer.byteLength(said));

  const again = await all(serverSent(await api.events(turn)));
  expect(joined(again)).toBe(said);
  const subscribed = await api.subscribe(turn);
  expect(joined(subscribed)).toBe(said);
  const printed = await penny.cli("turn", "follow", turn, "--url", penny.url, "--token", await penny.token());
  expect(printed.trim()).toBe(said.trim());
});

test("a turn resumes from any number, while it runs and after", async ({ api }) => {
  const turn = await api.submit(await api.conversation(), "Tell me something long");
  const live = await all(serverSent(await api.events(turn)));
  expectNoGaps(live);
  const said = joined(live);
  const last = live.at(-1)!.seq;
  for (let after = 0; after < last; after += Math.max(1, Math.floor(last / 12))) {
    const before = live.filter((event) => event.seq <= after);
    for (const rest of [
      await all(serverSent(await api.events(turn, after))),
      await all(serverSent(await api.events(turn, after, true))),
      await api.subscribe(turn, after),
    ]) {
      expect(rest.every((event) => event.seq > after), `only what came after ${after}`).toBe(true);
      expect(joined([...before, ...rest]), `resumed after ${after}`).toBe(said);
      expect(rest.filter(isTerminal)).toHaveLength(1);
    }
  }
});

test("a connection that breaks again and again loses nothing", async ({ api }) => {
  const turn = await api.submit(await api.conversation(), "Tell me something long");
  const heard: TurnEvent[] = [];
  for (let tries = 0; !heard.some(isTerminal); tries++) {
    expect(tries).toBeLessThan(400);
    let count = 0;
    const stream = serverSent(await api.events(turn, heard.at(-1)?.seq ?? 0), () => ++count === 7);
    for await (const event of stream) heard.push(event);
  }
  const numbers = heard.map((event) => event.seq);
  expect(new Set(numbers).size, "nothing twice").toBe(numbers.length);
  expect(joined(heard)).toBe(joined(await all(serverSent(await api.events(turn)))));
});

test("the same message sent twice is answered once", async ({ api }) => {
  const conversation = await api.conversation();
  const clientKey = "the-same-key";
  const [one, two] = await Promise.all([
    api.submit(conversation, "Only once, please", { clientKey }),
    api.submit(conversation, "Only once, please", { clientKey }),
  ]);
  expect(one).toBe(two);
});

test("a stopped turn keeps what it said, and says so at every door", async ({ api }) => {
  const turn = await api.submit(await api.conversation(), "Tell me something long", {
    model: "openai/mock-ttft20-itl50-len400",
  });
  const heard: TurnEvent[] = [];
  for await (const event of serverSent(await api.events(turn))) {
    heard.push(event);
    if (heard.filter(({ kind }) => kind === "delta").length === 5) await api.json("POST", `/v1/turns/${turn}/stop`, {});
  }
  expect(heard.at(-1)?.kind).toBe("stopped");
  expect(heard.at(-1)?.length).toBe(Buffer.byteLength(joined(heard)));
  expect(joined(await api.subscribe(turn))).toBe(joined(heard));
});

test("errors say what is wrong, and another tenant's ids are as good as none", async ({ api, penny }) => {
  const wrong = await fetch(`${penny.url}/v1/conversations`, { headers: { authorization: "Bearer nonsense" } });
  expect(wrong.status).toBe(401);
  expect(wrong.headers.get("content-type")).toContain("application/problem+json");

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

test("the tools of the contract are there, and say what is missing", async ({ api }) => {
  const tools = await api.json<{ name: string }[] | { items: { name: string }[] }>("GET", "/v1/tools");
  const names = (Array.isArray(tools) ? tools : tools.items).map((tool) => tool.name);
  expect(names).toEqual(expect.arrayContaining(["get_company_kpis", "load_dashboard"]));

  const unit = await api.call("POST", "/v1/tools/get_company_kpis/invoke", { period: "MTD", unit: "bu" });
  expect(unit.status).toBeGreaterThanOrEqual(400);
  expect(unit.status).toBeLessThan(500);

  const figures = await api.json<{ result: unknown }>("POST", "/v1/tools/get_company_kpis/invoke", {
    period: "YTD",
    unit: "company",
  });
  expect(JSON.stringify(figures.result)).toContain("value");
});
