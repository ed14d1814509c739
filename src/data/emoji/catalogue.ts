import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

import { ToolkitError } from '../../core/errors.js';
import { kindOf } from '../attributes.js';
import type { Item, Source } from '../dataset.js';
import { splitOf } from '../split.js';
import { lookKindsOf, looksOf } from './looks.js';
import { attributesOf, baseOf, captionOf, familyOf, isInvisible, isMirrorable, isToned, nameOf } from './names.js';

/** The four drawing styles, by the names they have here; the order is that of the labels and must never change. */
export const styles = {
  noto: '@iconify-json/noto',
  'noto-v1': '@iconify-json/noto-v1',
  twemoji: '@iconify-json/twemoji',
  fluent: '@iconify-json/fluent-emoji-flat',
} as const;

export type Style = keyof typeof styles;
export const styleNames = Object.keys(styles) as readonly Style[];

/** The nine groups of Unicode, by the names they have here; the order is that of the labels and must never change. */
export const groups = {
  'smileys-emotion': 'Smileys & Emotion',
  'people-body': 'People & Body',
  'animals-nature': 'Animals & Nature',
  'food-drink': 'Food & Drink',
  'travel-places': 'Travel & Places',
  activities: 'Activities',
  objects: 'Objects',
  symbols: 'Symbols',
  flags: 'Flags',
} as const;

export type Group = keyof typeof groups;
export const groupNames = Object.keys(groups) as readonly Group[];

/** The 36 classes: `style/group`, style by style. */
export const emojiClasses: readonly string[] = styleNames.flatMap((style) =>
  groupNames.map((group) => `${style}/${group}`),
);

/** One drawing of one style, before it is drawn. */
export interface Drawing extends Item {
  readonly style: Style;
  readonly group: Group;
  /** Its name in the package. */
  readonly icon: string;
}

/**
 * All drawings in the order of style, group and name, without their lines: names and groups come from the small
 * metadata files of the packages. What one package files under another group than the rest (a crab is food in one)
 * goes where the first package of `authority` puts it, so that one emoji has one group.
 */
export async function catalogue(): Promise<readonly Drawing[]> {
  const filed = (
    await Promise.all(
      styleNames.map(async (style) => {
        const { categories } = await readPackageJson<Metadata>(style, 'metadata.json');
        return groupNames.flatMap((group) => {
          const icons = categories[groups[group]];
          if (icons)
            return icons
              .filter((icon) => !isInvisible(icon))
              .map((icon) => ({ style, group, icon, name: nameOf(icon, group) }));
          throw new ToolkitError('bad-package', `${styles[style]} has no group "${groups[group]}" in metadata.json.`);
        });
      }),
    )
  ).flat();
  const groupOf = new Map<string, Group>();
  for (const style of authority) {
    for (const one of filed) {
      if (one.style === style && !groupOf.has(baseOf(one.name))) groupOf.set(baseOf(one.name), one.group);
    }
  }
  const tonable = new Set(filed.filter(({ name }) => isToned(name)).map(({ name }) => baseOf(name)));
  const drawings = filed.map(({ style, icon, name }): Drawing => {
    const group = groupOf.get(baseOf(name))!;
    const named = attributesOf(name, group);
    const kinds = lookKindsOf(name, group);
    const looks = looksOf(name).filter((look) => kinds.includes(kindOf(look)));
    return {
      name,
      label: emojiClasses.indexOf(`${style}/${group}`),
      caption: captionOf(name),
      attributes: [...named, ...looks],
      kinds: [...new Set([...(tonable.has(baseOf(name)) ? ['tone'] : []), ...named.map(kindOf), ...kinds])],
      split: splitOf(`${splitSalt}: ${familyOf(name)}`),
      mirrorable: isMirrorable(name, group),
      style,
      group,
      icon,
    };
  });
  return drawings.sort((a, b) => a.label - b.label || (a.icon < b.icon ? -1 : 1));
}

/**
 * Families are of very different sizes, so that a hash taken blindly may give a side next to nothing. This text, the
 * best of 3,000 before anything was trained, gives val and test about 5 % each of the whole, of the faces and of the groups.
 */
const splitSalt = 'emoji 873';

const authority: readonly Style[] = ['noto', 'twemoji', 'fluent', 'noto-v1'];

interface Metadata {
  readonly categories: Readonly<Record<string, readonly string[]>>;
}

interface Info {
  readonly name: string;
  readonly author: { readonly name: string; readonly url?: string };
  readonly license: { readonly spdx: string };
}

/** Who drew a style, and under which licence. */
export async function sourceOf(style: Style): Promise<Source> {
  const { name, author, license } = await readPackageJson<Info>(style, 'info.json');
  return { name, author: author.name, license: license.spdx, url: author.url ?? null };
}

/** The version of the package a style comes from. */
export const versionOf = async (style: Style): Promise<string> =>
  (await readPackageJson<{ readonly version: string }>(style, 'package.json')).version;

/** An icon set as Iconify stores it; only what is read here. */
export interface IconSet {
  readonly width?: number;
  readonly height?: number;
  readonly left?: number;
  readonly top?: number;
  readonly icons: Readonly<Record<string, Icon>>;
}

export interface Icon {
  readonly body: string;
  readonly width?: number;
  readonly height?: number;
  readonly left?: number;
  readonly top?: number;
}

/** The lines of all drawings of a style. Large: some 10 to 25 MB of JSON. */
export const iconSet = (style: Style): Promise<IconSet> => readPackageJson<IconSet>(style, 'icons.json');

async function readPackageJson<T>(style: Style, file: string): Promise<T> {
  try {
    const path = createRequire(import.meta.url).resolve(`${styles[style]}/${file}`);
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    throw new ToolkitError(
      'missing-package',
      `emoji: ${styles[style]}/${file} cannot be read. Install it with "npm install ${styles[style]}".`,
      { cause: error },
    );
  }
}
