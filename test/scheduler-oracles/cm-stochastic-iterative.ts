import { type ClassOracles, harness, noisyLoop, type Run } from './harness.js';

/** Karras' level at a timestep of the 201, as their test asks for them by number. */
const custom =
  (timesteps: readonly number[]): Run =>
  (at) => {
    const { run, start, grid } = harness({ ...at, steps: 1 });
    const [hi, lo] = [80 ** (1 / 7), 0.002 ** (1 / 7)];
    const ramp = [...timesteps].reverse().map((t) => t / (grid.count - 1));
    const levels = [...ramp.map((u) => (hi + u * (lo - hi)) ** 7), 0.002].map((sigma) => ({ alpha: 1, sigma }));
    return run(
      start(),
      levels.slice(1).map((to, i) => ({ from: levels[i]!, to })),
    );
  };

export const oracles: ClassOracles = {
  classes: ['CMStochasticIterativeScheduler'],
  config: { num_train_timesteps: 201, sigma_min: 0.002, sigma_max: 80 },
  steps: 10,
  runs: {
    test_full_loop_no_noise_onestep: (at) => {
      const { run, start } = harness({ ...at, steps: 1 });
      return run(start());
    },
    test_full_loop_no_noise_multistep: custom([106, 0]),
    test_full_loop_with_noise: noisyLoop({ count: 2 }),
  },
};
