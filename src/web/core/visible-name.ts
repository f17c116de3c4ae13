/**
 * A file name with the characters made visible that would let it look like another: `photo\u202Egpj.exe` shows its
 * turning mark as ⟨202E⟩. The joiners stay: some scripts and pictures need them (https://unicode.org/reports/tr36/#Bidirectional_Text_Spoofing).
 */
export const visibleName = (name: string): string =>
  name.replace(
    /(?![\u200c\u200d])[\p{Cc}\p{Cf}]/gu,
    (mark) => `⟨${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
