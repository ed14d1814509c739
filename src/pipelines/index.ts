export * from './classifier.js';
export * from './features.js';
export * from './folder.js';
export * from './generate.js';
export * from './model.js';
export * from './network.js';
export * from './scheme-file.js';
