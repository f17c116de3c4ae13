import { expect, test } from 'vitest';
import { createSocket, type Connection, type SocketLike } from '#web/core/socket.ts';

class FakeSocket extends EventTarget implements SocketLike {
  readyState: SocketLike['readyState'] = 0;
  readonly sent: string[] = [];
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
  }
  send(frame: string) {
    this.sent.push(frame);
  }
  close() {
    this.fall(1000);
  }
  open() {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  say(data: string) {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }
  fall(code: number) {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event('close'), { code, reason: '' }));
  }
}

function setUp({ renews = true } = {}) {
  const opened: FakeSocket[] = [];
  const states: Connection[] = [];
  const frames: string[] = [];
  const waits: number[] = [];
  let pending: (() => void) | null = null;
  let beat: (() => void) | null = null;
  let missing = 0;
  let renewals = 0;
  const socket = createSocket({
    open(url) {
      const fake = new FakeSocket(url);
      opened.push(fake);
      return fake;
    },
    now: () => 1_000,
    later(ms, act) {
      waits.push(ms);
      pending = act;
      return () => {
        pending = null;
      };
    },
    every(_ms, act) {
      beat = act;
      return () => {
        beat = null;
      };
    },
    random: () => 1,
    url: () => `/ws?n=${opened.length}`,
    onFrame: (frame) => frames.push(frame),
    onChange: (state) => states.push(state),
    onMissing: () => {
      missing += 1;
    },
    renew: async () => {
      renewals += 1;
      return renews;
    },
  });
  const last = () => {
    const fake = opened.at(-1);
    if (fake === undefined) throw new Error('nothing was opened');
    return fake;
  };
  return {
    socket,
    opened,
    states,
    frames,
    waits,
    last,
    missing: () => missing,
    renewals: () => renewals,
    elapse: () => pending?.(),
    beat: () => beat?.(),
    beats: () => beat !== null,
  };
}

test('a lost connection is tried again without limit, ever later up to half a minute', () => {
  const { socket, last, waits, elapse, opened } = setUp();
  socket.connect();
  for (let attempt = 0; attempt < 12; attempt += 1) {
    last().fall(1006);
    elapse();
  }
  expect(opened).toHaveLength(13);
  expect(waits).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000, 30_000,
  ]);
});

test('a frame proves the connection: the next loss is retried soon again', () => {
  const { socket, last, waits, elapse } = setUp();
  socket.connect();
  last().fall(1006);
  elapse();
  last().fall(1006);
  elapse();
  last().open();
  last().say('{}');
  last().fall(1006);
  expect(waits).toEqual([500, 1_000, 500]);
});

test('retry now does not wait, and each attempt asks for its address anew', () => {
  const { socket, last, opened } = setUp();
  socket.connect();
  last().fall(1006);
  socket.retryNow();
  socket.retryNow();
  expect(opened.map((one) => one.url)).toEqual(['/ws?n=0', '/ws?n=1']);
});

test.each([1008, 4001])(
  'close %i renews the cookie and connects again, once without waiting',
  async (code) => {
    const { socket, last, opened, waits, renewals } = setUp();
    socket.connect();
    last().fall(code);
    await Promise.resolve();
    expect(opened).toHaveLength(2);
    last().fall(code);
    await Promise.resolve();
    expect([opened.length, renewals(), waits.length]).toEqual([2, 2, 1]);
  },
);

test('close 4004 ends the attempts', () => {
  const { socket, last, states, missing, waits } = setUp();
  socket.connect();
  last().fall(4004);
  expect([missing(), waits, states.at(-1)]).toEqual([1, [], { state: 'idle' }]);
});

test('after a deliberate close nothing of the old connection counts', () => {
  const { socket, last, frames, waits, states } = setUp();
  socket.connect();
  const old = last();
  old.open();
  socket.close();
  old.say('{"late":true}');
  expect([frames, waits, states.at(-1)]).toEqual([[], [], { state: 'idle' }]);
});

test('nothing is sent into a connection that is not open', () => {
  const { socket, last } = setUp();
  socket.connect();
  expect(socket.send({ a: 1 })).toBe(false);
  last().open();
  expect(socket.send({ a: 1 })).toBe(true);
  expect(last().sent).toEqual(['{"a":1}']);
});

test('a connection that answers no ping is given up and made anew; its late events count no more', () => {
  const { socket, last, beat, elapse, opened, states, frames } = setUp();
  socket.connect();
  const silent = last();
  silent.open();
  beat();
  expect(silent.sent).toEqual(['{"type":"ping"}']);
  silent.say('{"type":"pong"}');
  beat();
  expect(states.at(-1)).toEqual({ state: 'open' });
  beat();
  expect(states.at(-1)).toMatchObject({ state: 'waiting' });
  silent.say('{"type":"done"}');
  elapse();
  expect(opened).toHaveLength(2);
  expect(frames).toEqual([]);
});

test('a closed connection sends no more pings', () => {
  const { socket, last, beats } = setUp();
  socket.connect();
  last().open();
  expect(beats()).toBe(true);
  socket.close();
  expect(beats()).toBe(false);
});
