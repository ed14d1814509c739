export * from './asymmetric.js';
export * from './direction.js';
export * from './directions/index.js';
export * from './editing-interval.js';
export * from './inversions/index.js';
export * from './quality-boost.js';
export * from './singular-vectors.js';
export * from './symmetric-eigen.js';
