/**
 * Every room under its name, for a look around and for notebooks. Programs import the rooms themselves
 * (`langevin/sampling`, `langevin/nn`, …): in a browser that is necessary, because `data`, `files`, `pipelines` and
 * `training` read and write files. Runtimes are never here: `langevin/runtime/node` or `langevin/runtime/web`.
 */
export * as core from './core/index.js';
export * as data from './data/index.js';
export * as diffusion from './diffusion/index.js';
export * as files from './files/index.js';
export * as graph from './graph/index.js';
export * as metrics from './metrics/index.js';
export * as nn from './nn/index.js';
export * as pipelines from './pipelines/index.js';
export * as plot from './plot/index.js';
export * as sampling from './sampling/index.js';
export * as training from './training/index.js';
