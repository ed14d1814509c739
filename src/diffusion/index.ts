export * from './continuous-grid.js';
export * from './gamma.js';
export * from './grid.js';
export * from './grid-config.js';
export { type Kind, kinds, type RescaledOptions, rescaled } from './kind.js';
export * from './level.js';
export * from './losses/index.js';
export * from './precondition/index.js';
export * from './processes/index.js';
export {
  type CurveDetails,
  type Curves,
  defineSchedule,
  type MakeScheduleOptions,
  makeSchedule,
  ramp,
  type Schedule,
  type ScheduleDefinition,
  type ScheduleFactory,
  type ScheduleKind,
} from './schedule.js';
export * from './schedules/index.js';
export * from './shift.js';
export * from './token-shift.js';
