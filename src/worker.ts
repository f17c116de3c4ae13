import { catchUp } from '#channel/catch-up.ts';
import { createApp } from '#http/app.ts';

export { ChannelChat } from '#channel/channel-chat.ts';
export { ZaloToken } from '#channel/platforms/zalo/zalo-token.ts';
export { ChatSession } from '#session/chat-session.ts';
export { UserSpace } from '#user/user-space.ts';

const app = createApp();

export default {
  fetch: app.fetch,
  scheduled: (_event, env) => catchUp(env),
} satisfies ExportedHandler<Env>;
