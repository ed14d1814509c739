export * from './forward.js';
export * from './jump.js';
export * from './posterior.js';
export * from './predictions.js';
export * from './variance.js';
