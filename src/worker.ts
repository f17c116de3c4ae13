import { createApp } from '#http/app.ts';

export { ChannelChat } from '#channel/channel-chat.ts';
export { ChatSession } from '#session/chat-session.ts';
export { UserSpace } from '#user/user-space.ts';

export default createApp();
