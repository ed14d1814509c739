export * from './asymmetric.js';
