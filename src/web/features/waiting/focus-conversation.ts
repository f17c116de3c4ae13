export const focusConversation = (): void =>
  document.querySelector<HTMLElement>('#conversation')?.focus({ preventScroll: true });
