/** The small convolution net of `bench/web.ts` in TensorFlow.js and jax-js, each on its WebAssembly backend. */
import { blockUntilReady, defaultDevice, init, jit, lax, nn, numpy as np, tree, valueAndGrad } from '@jax-js/jax';
import * as tf from '@tensorflow/tfjs';
import { getThreadsCount, setThreadsCount, setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { median, timed, warmUp } from '../../statistics.ts';

/** What a run gave, or the reason why there is none. */
async function attempt(measure) {
  try {
    return await measure();
  } catch (error) {
    return { error: String(error?.message ?? error).split('\n')[0] };
  }
}

async function tensorflow({ net, repeats, threads }) {
  setWasmPaths('/tfjs/');
  setThreadsCount(threads);
  await tf.setBackend('wasm');
  await tf.ready();
  // Channels last is the only layout of this backend.
  const picture = ({ data, shape }) => tf.transpose(tf.tensor4d(data, shape), [0, 2, 3, 1]);
  const [x, target] = [picture(net.x), picture(net.target)];
  const weights = net.weights.map(({ data, shape }) =>
    tf.variable(tf.transpose(tf.tensor4d(data, shape), [2, 3, 1, 0])),
  );
  const apply = () =>
    weights.reduce((h, w, i) => {
      const y = tf.conv2d(h, w, 1, 'same');
      return i < weights.length - 1 ? tf.relu(y) : y;
    }, x);
  const loss = () => tf.tidy(() => tf.mean(tf.squaredDifference(apply(), target)));
  const optimizer = tf.train.sgd(net.rate);
  const forward = await attempt(async () => {
    const run = async () => {
      const y = tf.tidy(apply);
      await y.data();
      y.dispose();
    };
    await warmUp(run);
    return { ms: median(await timed(repeats, run)), loss: (await loss().data())[0] };
  });
  const train = await attempt(async () => {
    const times = await timed(repeats, async () => {
      const value = optimizer.minimize(loss, true);
      await value.data();
      value.dispose();
    });
    return { ms: median(times), loss: (await loss().data())[0] };
  });
  return { version: tf.version.tfjs, threads: getThreadsCount(), forward, train };
}

async function jax({ net, repeats }) {
  await init('wasm');
  defaultDevice('wasm');
  const array = ({ data, shape }) => np.array(Float32Array.from(data)).reshape(shape);
  const [x, target] = [array(net.x), array(net.target)];
  let weights = net.weights.map(array);
  const apply = (ws, input) =>
    ws.reduce((h, w, i) => {
      const y = lax.convGeneralDilated(h, w, [1, 1], 'SAME');
      return i < ws.length - 1 ? nn.relu(y) : y;
    }, input);
  const lossOf = (ws, input, wanted) => np.mean(np.square(apply(ws, input).sub(wanted)));
  const forwardOnce = jit(apply);
  const step = jit((ws, input, wanted) => {
    const [value, slopes] = valueAndGrad(lossOf)(tree.ref(ws), input, wanted);
    return [value, ws.map((w, i) => w.sub(slopes[i].mul(net.rate)))];
  });
  const lossNow = async () => (await lossOf(tree.ref(weights), x.ref, target.ref).data())[0];
  const forward = await attempt(async () => {
    const run = () => forwardOnce(tree.ref(weights), x.ref).data();
    await warmUp(run);
    return { ms: median(await timed(repeats, run)), loss: await lossNow() };
  });
  const train = await attempt(async () => {
    const times = await timed(repeats, async () => {
      const [value, next] = step(weights, x.ref, target.ref);
      weights = next;
      await blockUntilReady(weights);
      await value.data();
    });
    return { ms: median(times), loss: await lossNow() };
  });
  return { forward, train };
}

Object.assign(globalThis, { contenders: { tensorflow, jax }, ready: true });
