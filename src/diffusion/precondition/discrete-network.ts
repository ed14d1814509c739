import { choice } from '../../core/options.js';
import { discrete } from './discrete.js';
import { definePrecondition } from './precondition.js';

/**
 * A network trained on the levels of a grid, told the index of the level: `discrete` by name.
 * Networks of a few σ-schedulers are told ln(σ/α)/4 instead.
 */
export const discreteNetwork = definePrecondition({
  name: 'discrete',
  options: {
    told: choice(['index', 'log-sigma'], {
      default: 'index',
      help: 'What the network is told: the index of the level, or ln(σ/α)/4.',
    }),
  },
  precondition(at, { told }) {
    const made = discrete(at);
    if (told === 'index') return made;
    return (level) => ({ ...made(level), cNoise: Math.log(level.sigma / level.alpha) / 4 });
  },
});
