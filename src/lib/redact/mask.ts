export const MASK = '***REDACTED***';
