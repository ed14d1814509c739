/** Writes a model as diffusers would, reads it back and draws pictures with it. Its weights are random: so is the art. */
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { key } from 'langevin/core';
import { grid, writePng } from 'langevin/files';
import { countParams, initialise, presetConfig, unet2d } from 'langevin/nn';
import { generateAll, loadModel, saveModel } from 'langevin/pipelines';
import { createRuntime } from 'langevin/runtime/node';
import { readSchedulerConfig } from 'langevin/sampling';

const folder = process.argv[2] ?? (await aNewModel());
const model = await loadModel(folder);
console.log(`${folder}: ${countParams(model.network.params)} parameters, sampler ${model.scheme.sampler.name}`);

const pictures = await generateAll({ model, runtime: createRuntime(), count: 4, seed: 7, steps: 5 });
const file = join(await mkdtemp(join(tmpdir(), 'langevin-')), 'grid.png');
await writePng(file, grid(pictures, { scale: 8 }), { recipe: { seed: 7, steps: 5, weights: model.hash } });
console.log(`Pictures of shape [${pictures.shape.join(', ')}] are in ${file}`);

/** A tiny pipeline folder with a cosine schedule, the way `DDIMScheduler` in diffusers describes one. */
async function aNewModel(): Promise<string> {
  const config = presetConfig('tiny');
  const scheme = readSchedulerConfig({
    _class_name: 'DDIMScheduler',
    beta_schedule: 'squaredcos_cap_v2',
    prediction_type: 'v_prediction',
    timestep_spacing: 'trailing',
  });
  const path = await mkdtemp(join(tmpdir(), 'langevin-model-'));
  await saveModel(path, {
    model: { config, scheme, classes: null, values: initialise(unet2d(config).params, key(1)) },
  });
  console.log(`${path} holds ${(await readdir(path, { recursive: true })).sort().join(', ')}`);
  return path;
}
