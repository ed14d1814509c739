export * from './classes/index.js';
export * from './config.js';
export type { SchedulerClass, SchedulerConfig } from './scheduler-class.js';
export { unreadSchedulers } from './unread.js';
