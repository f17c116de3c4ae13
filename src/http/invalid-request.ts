/** The body of a 400 for a request that fits its schema and still cannot be served. */
export const invalidRequest = (message: string) => ({ message, detail: message, details: {} });
