export * from './grid.js';
export * from './grid-config.js';
export * from './level.js';
export * from './losses/index.js';
export * from './precondition/index.js';
export * from './processes/index.js';
export * from './schedule.js';
export * from './schedules/index.js';
