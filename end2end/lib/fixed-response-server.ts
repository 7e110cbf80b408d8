// A model server that always responds with the same text, for tests that check how text is displayed.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { Environment } from "./penny.ts";

export class FixedResponseServer {
  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  /** Starts a server that streams `text`, `chunkLength` characters at a time, `pauseMs` apart. */
  static async start(text: string, chunkLength = 24, pauseMs = 4): Promise<FixedResponseServer> {
    const server = createServer(async (request, response) => {
      for await (const _ of request);
      if (request.url?.endsWith("/models")) {
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ object: "list", data: [{ id: "fixed", object: "model" }] }));
        return;
      }
      response.writeHead(200, { "content-type": "text/event-stream" });
      const send = (delta: object, finish: string | null = null): void => {
        const chunk = { id: "1", object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] };
        response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      };
      const characters = [...text];
      for (let at = 0; at < characters.length && !response.destroyed; at += chunkLength) {
        send({ content: characters.slice(at, at + chunkLength).join("") });
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
      send({}, "stop");
      response.end("data: [DONE]\n\n");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("the server has no port");
    return new FixedResponseServer(server, address.port);
  }

  /** Returns the settings that make this server the default model provider. */
  get settings(): Environment {
    return {
      PENNY__MODELS__OPENAI_COMPATIBLE__BASE_URL: `http://127.0.0.1:${this.port}/v1`,
      PENNY__MODELS__OPENAI_COMPATIBLE__API_KEY: "sk-not-a-secret",
      PENNY__MODELS__DEFAULT: "openai/fixed",
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
