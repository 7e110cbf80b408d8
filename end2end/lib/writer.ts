// A model server that writes what it is told, for tests that look at the words themselves.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Environment } from "./penny.ts";

export class Writer {
  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  /** Starts a server whose every answer is `text`, `letters` at a time with `pauseMs` between. */
  static async start(text: string, letters = 24, pauseMs = 4): Promise<Writer> {
    const server = createServer(async (request, response) => {
      for await (const _ of request);
      if (request.url?.endsWith("/models")) {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ object: "list", data: [{ id: "writer", object: "model" }] }));
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      const say = (delta: object, finish: string | null = null): void => {
        const chunk = { id: "1", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] };
        response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      };
      const all = [...text];
      for (let at = 0; at < all.length && !response.destroyed; at += letters) {
        say({ content: all.slice(at, at + letters).join("") });
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      say({}, "stop");
      response.end("data: [DONE]\n\n");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new Writer(server, address.port);
  }

  /** The settings that make it the one that answers. */
  get settings(): Environment {
    return {
      PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL: `http://127.0.0.1:${this.port}/v1`,
      PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY: "sk-not-a-secret",
      PENNY__MODELS__DEFAULT: "openai/writer",
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
