import { text } from '../../core/options.js';
import { writeFileAtomic } from '../../files/atomic.js';
import { readBytes } from '../../files/read-bytes.js';
import { readSafetensors, writeSafetensors } from '../../nn/index.js';
import { defineCommand } from '../define-command.js';
import { runForward } from '../forward/run-forward.js';
import { openModel } from '../model/open-model.js';
import { usageError } from '../parse.js';
import { openRuntime } from '../runtime.js';
import { figure, plural } from '../terminal/format.js';

export const forward = defineCommand({
  name: 'forward',
  summary: 'Runs the network of a model once on tensors from a file.',
  details:
    'Reads x [B, C, H, W], t [B] and, where the network has classes, class_labels [B] from a .safetensors file and ' +
    'writes out. With --grads y it also compares with y, and writes the mean squared error as loss and its gradient ' +
    'by every parameter as grad.NAME.',
  arguments: {
    model: { placeholder: 'MODEL', help: 'A model folder, the folder of its unet, or a training run.', required: true },
  },
  options: {
    in: text({ default: null, placeholder: 'FILE', help: 'The .safetensors file with the tensors to feed.' }),
    out: text({ default: null, placeholder: 'FILE', help: 'The .safetensors file to write.' }),
    grads: text({ default: null, placeholder: 'TENSOR', help: 'Also loss and gradients against this tensor.' }),
  },
  short: { i: 'in', o: 'out' },
  examples: ['langevin forward models/emoji-32 --in io.safetensors --out result.safetensors --grads y'],
  async run({ arguments: { model }, options, globals, out }) {
    const { in: from, out: to, grads } = options;
    if (from === null || to === null) throw usageError('forward needs --in FILE and --out FILE.');
    const bytes = await readBytes(from);
    const { tensors } = readSafetensors(bytes, { name: from });
    const { network, values } = await openModel(model, out);
    const results = await runForward({ network, values, tensors, target: grads, runtime: openRuntime(globals) });
    await writeFileAtomic(to, writeSafetensors(new Map(Object.entries(results))));

    const { out: output, loss } = results;
    const gradients = Object.keys(results).filter((name) => name.startsWith('grad.')).length;
    const facts = [`out [${output!.shape.join(', ')}]`];
    if (loss) facts.push(`loss ${figure(loss.data[0]!)}`, plural(gradients, 'gradient'));
    out.print(`Wrote ${to}: ${facts.join(', ')}.`);
    return { file: to, shape: output!.shape, loss: loss ? loss.data[0]! : null, gradients };
  },
});
