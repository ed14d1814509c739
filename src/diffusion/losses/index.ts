export * from './in-error-of.js';
export * from './level-sampler.js';
export * from './levels/index.js';
export * from './objective.js';
export * from './objectives/index.js';
export * from './weighting.js';
export * from './weightings/index.js';
