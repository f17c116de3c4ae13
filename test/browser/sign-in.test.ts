import { expect, test } from 'vitest';
import { useStage } from '#test/support/browser-page.ts';

const stage = useStage();

test('a visitor without a cookie signs in and lands where they wanted to go', async () => {
  stage.server.addSession('s1', [{ type: 'user_message', content: 'hello there', message_id: 'm' }]);
  const page = await stage.open('/s/s1', { signedIn: false });
  await page.waitForURL('**/login?from=%2Fs%2Fs1');
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill('right');
  // Nobody is asked who could only refuse: the console stays clean
  expect(stage.server.requests.filter((one) => one.includes('/api/'))).toEqual([]);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('**/s/s1');
  await page.getByRole('article', { name: 'You' }).getByText('hello there').waitFor();
  expect(await page.evaluate(() => document.cookie)).toBe('');
  await page.goto(`${stage.server.url}/login`);
  await page.waitForURL(`${stage.server.url}/`);
});

test('a wrong password is said above the fields, and what was typed stays', async () => {
  const page = await stage.open('/login', { signedIn: false });
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('Invalid username or password').waitFor();
  expect(await page.getByLabel('Username').inputValue()).toBe('admin');
});

test('the form suits password managers, and the password can be shown', async () => {
  const page = await stage.open('/login', { signedIn: false });
  const password = page.getByLabel('Password', { exact: true });
  expect(await page.getByLabel('Username').getAttribute('autocomplete')).toBe('username');
  expect(await password.getAttribute('autocomplete')).toBe('current-password');
  await page.getByRole('button', { name: 'Show password' }).click();
  expect(await password.getAttribute('type')).toBe('text');
});

test('a cookie that ran out is renewed without a word, once for all calls', async () => {
  stage.server.expireCookie();
  const page = await stage.open('/');
  await page.getByRole('button', { name: /General agent/ }).waitFor();
  await page.getByText('Ada Admin').waitFor();
  expect(stage.server.requests.filter((one) => one.includes('/refresh'))).toHaveLength(1);
});

test('a refused renewal leads to the form, and the draft is there afterwards', async () => {
  stage.server.addSession('s1', [{ type: 'user_message', content: 'hello', message_id: 'm' }]);
  const page = await stage.open('/s/s1');
  await page.getByText('hello').first().waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('half a thought');
  stage.server.signOutEverywhere();
  stage.server.cutSockets();
  await page.waitForURL('**/login?from=%2Fs%2Fs1');
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password', { exact: true }).fill('right');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/s/s1');
  await expect.poll(() => page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('half a thought');
});

test('signing out ends every tab and wipes what the browser kept', async () => {
  const page = await stage.open('/');
  const second = await page.context().newPage();
  await second.goto(`${stage.server.url}/`);
  await second.getByText('Ada Admin').waitFor();
  await page.getByRole('textbox', { name: 'Message' }).fill('secret draft');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/login');
  await second.waitForURL('**/login');
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain('secret draft');
  const asked = stage.server.requests.length;
  await page.goto(`${stage.server.url}/`);
  await page.waitForURL('**/login');
  expect(stage.server.requests.slice(asked).filter((one) => one.includes('/api/'))).toEqual([]);
});
