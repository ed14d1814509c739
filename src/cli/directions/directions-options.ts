import { choice, flag, integer, number, text } from '../../core/options.js';

/** What finding directions can be told, each declared once. */
export const directionsOptions = {
  model: text({ default: null, placeholder: 'DIR', help: 'The model to look in; the shipped one unless told.' }),
  attribute: text({
    default: null,
    placeholder: 'LIST',
    help: 'What to find, joined by commas: smile, skin-tone:dark, or any tag of the data such as who:boy. Without it they are listed.',
  }),
  method: choice(['trained', 'mean-difference', 'logistic', 'pca', 'jacobian'], {
    default: 'trained',
    help: 'How: a function trained through the asymmetric process, a direction out of what passes the tap, or those in which one --picture answers most.',
  }),
  picture: text({
    default: null,
    placeholder: 'PICTURE',
    help: 'The picture that jacobian looks at: a file, or seed:N. It needs no --attribute, which names its files.',
  }),
  class: text({ default: null, placeholder: 'NAME', help: 'The class of that picture; any class unless told.' }),
  time: number({ default: 0.6, min: 0.001, max: 1, help: 'The time to which jacobian noises the picture.' }),
  wanted: integer({ default: 3, min: 1, max: 64, help: 'Directions that jacobian finds, the strongest first.' }),
  tap: text({
    default: 'up_blocks.1',
    placeholder: 'TAP',
    help: 'Where the network is changed: mid_block is the bottleneck, which in small networks with skips hardly matters.',
  }),
  data: text({ default: 'emoji', placeholder: 'DATA', help: 'Pictures that say what the attributes are.' }),
  steps: integer({ default: 200, min: 1, help: 'Steps of training, of the method trained.' }),
  walk: integer({
    default: 0,
    min: 0,
    max: 25,
    help: 'Levels that training follows the asymmetric process from each noised picture; 0 noises every picture anew.',
  }),
  batch: integer({ default: 8, min: 1, max: 1024, help: 'Pictures in a step.' }),
  lr: number({ default: 0.005, min: 0, max: 1, help: 'Learning rate at its highest.' }),
  judge: text({
    default: null,
    placeholder: 'DIR',
    help: 'A classifier of attributes (train --task classifier --target attributes) that says whether a picture has it.',
  }),
  attributeWeight: number({ default: 0.02, min: 0, help: 'Weight of −log p(attribute) of the judge.' }),
  keepWeight: number({ default: 0.02, min: 0, help: 'Weight λ of the change of the picture.' }),
  pairsWeight: number({
    default: 1,
    min: 0,
    help: 'Weight of the error against the same figure with the attribute, where there is one; 0 goes by the judge alone.',
  }),
  leaveOut: text({
    default: null,
    placeholder: 'K/N',
    help: 'A part of the figures that is not learnt from, to measure on them what was found: 0/3 is the first of every three.',
  }),
  edit: number({
    default: 0.4,
    min: 0,
    max: 1,
    help: 'Time down to which edits act; below it the picture is finished.',
  }),
  times: text({
    default: '0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9',
    placeholder: 'LIST',
    help: 'Times at which recorded methods look.',
  }),
  pictures: integer({ default: 48, min: 1, help: 'Pictures of each side for recorded methods.' }),
  pooled: flag({ help: 'One number a channel in place of one a place: smaller, and the same everywhere.' }),
  calibrate: integer({
    default: 8,
    min: 0,
    max: 1000,
    help: 'Pairs that say how much strength 1 is; 0 leaves the change as it was found.',
  }),
  averaged: flag({ help: 'One direction for all times, the mean of those at single times.' }),
  seed: integer({ default: 0, min: 0, max: Number.MAX_SAFE_INTEGER, help: 'Seed of everything random.' }),
  out: text({ default: 'directions', placeholder: 'DIR', help: 'Folder for one file each and a README.' }),
};
