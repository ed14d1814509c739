import { commands } from '../../src/cli/commands/index.js';
import { globalOptions } from '../../src/cli/global-options.js';
import { flagOf } from '../../src/cli/parse.js';
import type { HostArray, Shape } from '../../src/core/host-array.js';
import { predictions, variances } from '../../src/diffusion/index.js';
import { type OpDefinition, ops, type TensorType } from '../../src/graph/index.js';
import {
  countParams,
  layers,
  type PresetName,
  presetConfig,
  presetOptions,
  presets,
  unet2d,
} from '../../src/nn/index.js';
import { conditions, type ModelConditionEntry } from '../../src/pipelines/index.js';
import { schedulerClasses } from '../../src/sampling/index.js';
import { fence, optionTable, table } from './markdown.js';
import { schedulerTables } from './schedulers.js';
import { docOf, fileOf } from './source.js';

/** A registry that fits on one page. */
export interface Table {
  readonly file: string;
  readonly title: string;
  readonly summary: string;
  readonly source: string;
  /** The names that must stand on the page. */
  readonly names: readonly string[];
  readonly generated: () => readonly string[];
}

const camel = (name: string): string => name.replace(/-(\w)/g, (_, c: string) => c.toUpperCase());
const linkTo = (file: string): string => `[source](../../${file})`;
const code = (text: string): string => `\`${text}\``;

const opRows = (): string[][] =>
  ops.names.map((name) => {
    const file = fileOf('src/graph/ops', name);
    const { definition } = ops.entries[name];
    const onnx = typeof definition.onnx === 'string' ? code(definition.onnx) : 'by target';
    return [code(name), docOf(file, name).summary, attributesOf(definition).map(code).join(', '), onnx, linkTo(file)];
  });

/** Names of an op's attributes, as its conformance cases show them. */
function attributesOf({ attributes, samples }: OpDefinition): readonly string[] {
  const found = samples.flatMap((sample) => {
    const types = sample.inputs.map(
      (given): TensorType => (Array.isArray(given) ? float(given) : (given as HostArray)),
    );
    const given: object = sample.attributes ?? {};
    return Object.keys(attributes ? attributes(given, types) : given);
  });
  return [...new Set(found)];
}

const float = (shape: Shape): TensorType => ({ shape, dtype: 'float32' });

const layerRows = (): string[][] =>
  layers.names.map((name) => {
    const file = fileOf('src/nn/layers', name);
    return [code(camel(name)), docOf(file, camel(name)).summary, linkTo(file)];
  });

const presetRows = (): string[][] =>
  presets.names.map((name: PresetName) => {
    const { size, widths, layers: depth, headDim } = presets.get(name);
    const count = countParams(unet2d(presetConfig(name)).params);
    return [
      code(name),
      `${size} × ${size}`,
      widths.join(', '),
      String(depth),
      String(headDim),
      count.toLocaleString('en'),
    ];
  });

/** What is told, in the words of its file, and how it is asked for. */
const conditionSections = (): readonly string[] =>
  conditions.names.flatMap((name) => {
    const file = name.replace(/^.*:/, '');
    const { definition } = conditions.entries[name] as unknown as ModelConditionEntry;
    const { body } = docOf(`src/pipelines/conditions/${file}.ts`, camel(file));
    const asked = definition.kind === 'vector' ? '--attributes LIST' : '--condition-image FILE';
    return [
      `## ${name}`,
      body,
      `\`langevin train --condition ${name}\`, then \`langevin sample ${asked}\`.`,
      ...(Object.keys(definition.options).length > 0 ? [optionTable(definition.options)] : []),
      linkTo(`src/pipelines/conditions/${file}.ts`),
    ];
  });

function commandSections(): readonly string[] {
  const sections = Object.values(commands.entries).flatMap((command) => {
    const words = Object.values(command.arguments);
    const usage = words.map(({ placeholder, required }) => (required ? placeholder : `[${placeholder}]`));
    return [
      `## langevin ${command.name}`,
      [command.summary, command.details].filter(Boolean).join(' '),
      fence('console', ['langevin', command.name, ...usage, '[options]'].join(' ')),
      ...(words.length > 0
        ? [
            table(
              ['Argument', 'Meaning'],
              words.map((word) => [code(word.placeholder), word.help]),
            ),
          ]
        : []),
      ...(Object.keys(command.options).length > 0 ? [optionTable(command.options, flagOf)] : []),
      ...(command.lists?.({}) ?? []).flatMap(({ title, rows }) => [
        `${title}:`,
        table(
          ['Name', 'Meaning'],
          rows.filter(([name]) => name !== '').map(([name, line]) => [code(name), line]),
        ),
      ]),
      ...(command.examples.length > 0 ? ['Examples:', fence('console', command.examples.join('\n'))] : []),
    ];
  });
  return [...sections, '## Options of every command', optionTable(globalOptions, flagOf)];
}

/** Pages that hold a whole registry. */
export const tables: readonly Table[] = [
  {
    ...{ file: 'commands.md', title: 'Commands', summary: 'The command line: every command and option' },
    source: 'src/cli/commands',
    names: commands.names,
    generated: commandSections,
  },
  {
    ...{ file: 'presets.md', title: 'Model presets', summary: 'U-Nets that train on a CPU' },
    source: 'src/nn/presets.ts',
    names: presets.names,
    generated: () => [
      docOf('src/nn/presets.ts', 'presets').body,
      table(['Preset', 'Pictures', 'Widths', 'Blocks per level', 'Head', 'Parameters (RGB)'], presetRows()),
      '## Options',
      optionTable(presetOptions),
    ],
  },
  {
    ...{ file: 'conditions.md', title: 'Conditions', summary: 'What a model is told beside noise and a class' },
    source: 'src/pipelines/conditions',
    names: conditions.names,
    generated: conditionSections,
  },
  {
    ...{
      file: 'predictions.md',
      title: 'Predictions and variances',
      summary: 'What a network may be asked for: ε, x₀, v, score, flow; and the variance of a reverse step',
    },
    source: 'src/diffusion/processes',
    names: [...predictions.names, ...variances.names],
    generated: () => [
      docOf('src/diffusion/processes/predictions.ts', 'convert').body,
      table(
        ['Prediction', 'Meaning'],
        predictions.names.map((name) => [code(name), docOf('src/diffusion/processes/predictions.ts', name).body]),
      ),
      '## Variances',
      docOf('src/diffusion/processes/variance.ts', 'logVarianceBounds').body,
      table(
        ['Variance', 'Meaning', 'Network'],
        variances.names.map((name) => {
          const { learned } = variances.get(name);
          const own = `${camel(name)}${learned && !name.includes('fixed') ? 'Variance' : ''}`;
          return [
            code(name),
            docOf('src/diffusion/processes/variance.ts', own).body.replaceAll('\n', ' '),
            learned ? 'says it, in channels of its own' : 'is not asked',
          ];
        }),
      ),
    ],
  },
  {
    ...{ file: 'ops.md', title: 'Ops', summary: 'The vocabulary of graphs' },
    source: 'src/graph/ops',
    names: ops.names,
    generated: () => [table(['Op', 'Meaning', 'Attributes', 'ONNX', 'File'], opRows())],
  },
  {
    ...{ file: 'layers.md', title: 'Layers', summary: 'What networks are made of' },
    source: 'src/nn/layers',
    names: layers.names.map(camel),
    generated: () => [table(['Layer', 'Meaning', 'File'], layerRows())],
  },
  {
    ...{
      file: 'diffusers-schedulers.md',
      title: 'Diffusers schedulers',
      summary: 'Which `scheduler_config.json` can be read',
    },
    source: 'src/sampling/diffusers/classes',
    names: schedulerClasses.names,
    generated: schedulerTables,
  },
];
