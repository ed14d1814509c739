/** Who may import whom. A room not listed here does not exist; an arrow not listed here is a build error. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  core: [],
  graph: ['core'],
  runtime: ['core', 'graph'],
  nn: ['core', 'graph'],
  diffusion: ['core', 'graph'],
  sampling: ['core', 'diffusion'],
  files: ['core'],
  plot: ['core'],
  data: ['core', 'files'],
  training: ['core', 'graph', 'runtime', 'nn', 'diffusion', 'files', 'data'],
  metrics: ['core', 'graph', 'runtime', 'diffusion'],
  pipelines: ['core', 'graph', 'runtime', 'nn', 'diffusion', 'sampling', 'files', 'data'],
  cli: [
    'core',
    'graph',
    'runtime',
    'nn',
    'diffusion',
    'sampling',
    'files',
    'plot',
    'data',
    'training',
    'metrics',
    'pipelines',
  ],
};

/** Packages that may appear in exactly these files. */
export const confined: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-node': ['runtime/node.ts'],
  'onnxruntime-web': ['runtime/web.ts'],
};
