export {
  type NetworkAt,
  type PreconditionFactory,
  type PreconditionName,
  preconditions,
} from '../diffusion/precondition/index.js';
