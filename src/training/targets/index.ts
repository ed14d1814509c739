export * from './attributes.js';
export * from './class.js';
export * from './scores.js';
export type * from './target.js';
