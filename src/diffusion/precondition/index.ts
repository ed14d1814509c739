export * from './discrete.js';
export * from './precondition.js';
export * from './straight.js';
