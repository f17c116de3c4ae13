import { DurableObject } from 'cloudflare:workers';
import { ChatSession as RealChatSession } from '#session/chat-session.ts';
import { noUsage } from '#protocol/message.ts';
import { seqOf } from '#session/entry.ts';
import app from '../../src/worker.ts';

export { ChannelChat } from '#channel/channel-chat.ts';
export { UserSpace } from '#user/user-space.ts';

interface BenchEnv extends Env {
  readonly RELAY: DurableObjectNamespace<Relay>;
  readonly PROXY_BASE_URL: string;
}

/** The least that can stand between a browser and a model: text goes through, nothing is kept. */
export class Relay extends DurableObject<BenchEnv> {
  override fetch(): Response {
    const { 0: client, 1: server } = new WebSocketPair();
    this.ctx.acceptWebSocket(server);
    return new Response(null, { status: 101, webSocket: client });
  }

  override async webSocketMessage(socket: WebSocket, frame: string): Promise<void> {
    const response = await fetch(`${this.env.PROXY_BASE_URL}/v1/messages`, {
      method: 'POST',
      body: JSON.stringify({
        model: 'relay',
        max_tokens: 1000,
        stream: true,
        messages: [{ role: 'user', content: JSON.parse(frame).content }],
      }),
    });
    let rest = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const text: unknown = line.startsWith('data: ') ? JSON.parse(line.slice(6)).delta?.text : undefined;
        if (typeof text === 'string') socket.send(JSON.stringify({ type: 'text_delta', text }));
      }
    }
    socket.send(JSON.stringify({ type: 'done' }));
  }
}

/** With a door through which a measurement makes an old session. */
export class ChatSession extends RealChatSession {
  seed(turns: number): void {
    const { sql } = this.ctx.storage;
    const insert = (seq: number, position: number, body: object) =>
      sql.exec(
        'INSERT OR IGNORE INTO entry (seq, position, at, body) VALUES (?, ?, ?, ?)',
        seq,
        position,
        Date.now(),
        JSON.stringify(body),
      );
    const usage = {
      input_tokens: 1,
      output_tokens: 1,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
    };
    for (let turn = 2; turn <= turns + 1; turn++) {
      const text = `Answer ${turn}`;
      insert(seqOf(turn, 0), 0, { kind: 'prompt', content: `Question ${turn}` });
      const content = [{ type: 'text', text }];
      insert(seqOf(turn, 1), turn * 100, { kind: 'assistant', content, model: 'm', usage, cost: 0 });
      insert(seqOf(turn, 2), turn * 100 + 1, { kind: 'end', done: null });
    }
    sql.exec(
      'UPDATE session SET finished_turn = ?, told_turn = ?, turn_count = ?',
      turns + 1,
      turns + 1,
      turns + 1,
    );
    this.ctx.waitUntil(Promise.resolve().then(() => this.ctx.abort('seeded: begin anew')));
  }
}

export default {
  async fetch(request: Request, env: BenchEnv, context: ExecutionContext): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const name = searchParams.get('name') ?? '';
    if (pathname === '/relay') return env.RELAY.getByName(name).fetch(request);
    if (pathname === '/seed-session') {
      await env.CHAT_SESSION.getByName(name).seed(Number(searchParams.get('turns')));
      return new Response('ok');
    }
    if (pathname === '/seed-search') {
      const space = env.USER_SPACE.getByName(name);
      const session_id = searchParams.get('session') ?? '';
      await space.startSession({
        session_id,
        agent_id: null,
        first_message: 'x',
        created_at: Date.now(),
        client_type: 'web',
      });
      const records = await request.json<{ seq: number; role: string; text: string }[]>();
      await space.finishTurn({
        session_id,
        turn_count: 1,
        updated_at: Date.now(),
        title: null,
        records,
        usage: { steps: 1, ...noUsage, cost_usd: 0 },
      });
      return new Response('ok');
    }
    return app.fetch(request, env, context);
  },
};
