export * from './batches.js';
export * from './cache.js';
export * from './dataset.js';
export * from './datasets/index.js';
export * from './parse.js';
export * from './points/index.js';
export * from './split.js';
export * from './transforms/index.js';
