import {
  classifierFeatures,
  type FeatureNetwork,
  loadClassifier,
  onnxFeatures,
  type PixelRange,
} from '../../pipelines/index.js';
import { openOnnxModel } from '../../runtime/node.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { GlobalOptions } from '../global-options.js';
import { shippedFolder } from '../model/shipped-model.js';
import { usageError } from '../parse.js';

export interface OpenFeaturesOptions {
  readonly features: string | null;
  readonly featureSize: number | null;
  readonly featureRange: PixelRange | 'auto';
  readonly featureInput: string | null;
  readonly featureOutput: string | null;
  readonly runtime: Runtime;
  readonly globals: Pick<GlobalOptions, 'threads' | 'device'>;
}

/** The network that pictures are compared by: a classifier's folder, an ONNX file, or the one that is shipped. */
export async function openFeatures({
  features,
  runtime,
  globals,
  ...onnx
}: OpenFeaturesOptions): Promise<FeatureNetwork> {
  const { featureSize: size, featureRange, featureInput, featureOutput } = onnx;
  if (features?.endsWith('.onnx')) {
    const device = globals.device === 'reference' ? 'cpu' : globals.device;
    const model = await openOnnxModel(features, { threads: globals.threads, device });
    const range = featureRange === 'auto' ? null : featureRange;
    return onnxFeatures({ model, name: features, size, range, input: featureInput, output: featureOutput });
  }
  if (size !== null || featureRange !== 'auto' || featureInput !== null || featureOutput !== null) {
    throw usageError(
      'eval: --feature-size, -range, -input and -output are for an .onnx network named with --features.',
    );
  }
  const path = features ?? shippedFolder('features-32');
  if (path === null) {
    throw usageError('eval: the shipped feature network is not installed here. Name one with --features PATH.');
  }
  const name = features ?? 'models/features-32';
  return classifierFeatures({ model: await loadClassifier(path), runtime, name });
}
