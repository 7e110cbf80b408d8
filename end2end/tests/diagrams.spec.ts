// Mermaid diagrams.
import { expect, test } from "../lib/fixtures.ts";

test("a diagram is rendered in the artifact panel and full screen", async ({ api, chat, page, penny }) => {
  const diagram = { type: "mermaid", title: "How an order flows", content: "flowchart TD\n A[Order] --> B[Ship]" };
  const { id } = await api.json<{ id: string }>("POST", "/v1/artifacts", diagram);
  await chat.open("/", penny.url);
  await chat.artifacts.getByRole("button", { name: diagram.title }).click();
  const image = { name: diagram.title };
  await expect(chat.artifacts.getByRole("img", image)).toBeVisible();
  await chat.open(`/a/${id}`, penny.url);
  await expect(page.getByRole("main").getByRole("img", image)).toBeVisible();
  const box = await page.getByRole("main").getByRole("img", image).boundingBox();
  expect(Math.min(box!.width, box!.height)).toBeGreaterThan(60);
});
