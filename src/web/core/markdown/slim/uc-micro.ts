/** Stands in for the package of that name: punctuation and symbols, as the browser knows them. */
export const P = /\p{P}/u;
export const S = /\p{S}/u;
