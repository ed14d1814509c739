/** Training, with every part in sight: 8 × 8 emoji faces, a U-Net of 50,000 parameters, 60 steps. */
import { fold, key } from 'langevin/core';
import { batches, emoji, finish } from 'langevin/data';
import { cosine, grid, simple, stratifiedLevels, uniformWeighting, v } from 'langevin/diffusion';
import { initialise, presetConfig, unet2d, zeroInit } from 'langevin/nn';
import { createRuntime } from 'langevin/runtime/node';
import { adamw, batchFeeds, cosine as cosineCurve, createStepper, denoisingObjective, train } from 'langevin/training';

const [batch, total, seed] = [16, 60, key(0)];
const data = await finish(emoji.load({ filter: 'noto/faces' }, { size: 8 }));
const order = batches({ data, key: seed, batchSize: batch });

const network = unet2d(presetConfig('tiny'));
const objective = denoisingObjective({ network, batch, picture: [3, 8, 8], conditional: false, training: true });
const update = { objective, optimizer: adamw(), accumulate: 1, clip: true, ema: true };
const initial = zeroInit(initialise(network.params, seed));
using stepper = await createStepper({ ...update, initial, runtime: createRuntime() });

const noising = { grid: grid({ schedule: cosine() }), prediction: v, loss: simple(), weighting: uniformWeighting() };
const feeds = (step: number) =>
  batchFeeds({
    ...noising,
    levels: stratifiedLevels(),
    batch: order.at(step * batch),
    classes: null,
    key: fold(seed, 'step', step),
  });

const rate = { lr: 0.003, curve: cosineCurve({ warmup: 5 }), clip: 1, emaDecay: 0.99 };
for await (const { step, loss } of train({ ...rate, stepper, feeds, accumulate: 1, total })) {
  if (step % 10 === 0) console.log(`step ${step}: loss ${loss.toFixed(3)}`);
}
