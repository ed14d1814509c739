export * from './errors.js';
export * from './host-array.js';
export * from './options.js';
export * from './random.js';
export * from './registry.js';
export * from './space.js';
export * from './text.js';
