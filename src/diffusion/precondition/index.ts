export * from './discrete.js';
export * from './precondition.js';
