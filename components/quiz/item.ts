// A quiz as the page carries it: plain data, ready to show and to mark. Texts are HTML that the build made (inline.ts).
// Places count in the order of the data, whatever order the reader sees.
import type { Layer, MachineKind } from '#engine/inspect/view.ts';

/** A place that explains something, and the words of the link to it. */
export interface See {
  readonly href: string;
  readonly text: string;
}

/** What is said about an answer, and where to read on. */
export interface Said {
  readonly html: string;
  readonly see?: See | undefined;
}

interface Asked {
  /** Names the item in its chapter, also in what is kept. */
  readonly id: string;
  readonly ask: string;
  /** Why the right answer is right. */
  readonly because: Said;
  /** Made by a generator: which, from which seed. Another seed makes another one. */
  readonly made?: { readonly by: string; readonly seed: number };
}

export interface ChoiceItem extends Asked {
  readonly kind: 'choice';
  /** More than one may be right, and all of them are wanted. */
  readonly several: boolean;
  readonly choices: readonly {
    readonly html: string;
    readonly right: boolean;
    readonly said: Said | undefined;
  }[];
}

export interface OrderItem extends Asked {
  readonly kind: 'order';
  /** In the right order; `said` when one stands too early. */
  readonly steps: readonly { readonly html: string; readonly said: Said | undefined }[];
  /** The order that the page shows at first. */
  readonly start: readonly number[];
}

export interface MatchItem extends Asked {
  readonly kind: 'match';
  /** `right` is a place in `options`. */
  readonly rows: readonly {
    readonly html: string;
    readonly right: number;
    readonly said: Said | undefined;
  }[];
  /** Plain texts. */
  readonly options: readonly string[];
}

export interface NumberItem extends Asked {
  readonly kind: 'number';
  /** As it stands behind the field: `ms`, `packets`, or nothing. */
  readonly unit: string;
  /** In the base of the unit's dimension (quantity.ts). */
  readonly right: number;
  readonly within: number;
  /** The right answer as people read it. */
  readonly shown: string;
  readonly slips: readonly { readonly value: number; readonly within: number; readonly said: Said }[];
  readonly otherwise: Said | undefined;
}

export interface TextItem extends Asked {
  readonly kind: 'text';
  /** Forms that count as right, the first one is shown. */
  readonly accept: readonly string[];
  /** Upper and lower case matter. */
  readonly exact: boolean;
  readonly slips: readonly { readonly forms: readonly string[]; readonly said: Said }[];
  readonly otherwise: Said | undefined;
}

export interface PointItem extends Asked {
  readonly kind: 'point';
  readonly picture: Picture;
  /** Places in the picture; any of them is right. */
  readonly right: readonly number[];
  readonly slips: readonly { readonly places: readonly number[]; readonly said: Said }[];
  readonly otherwise: Said | undefined;
}

export type Item = ChoiceItem | OrderItem | MatchItem | NumberItem | TextItem | PointItem;

/** What one points at: an excerpt of a real run. */
export type Picture = PacketsPicture | FieldsPicture | BytesPicture | MapPicture;

export interface PacketsPicture {
  readonly of: 'packet';
  readonly rows: readonly {
    readonly number: number;
    /** `96.2` ms */
    readonly time: string;
    readonly from: string;
    readonly to: string;
    readonly layer: Layer;
    readonly letter: string;
    readonly protocol: string;
    readonly title: string;
  }[];
}

export interface FieldsPicture {
  readonly of: 'field';
  /** Which packet, in words. */
  readonly packet: string;
  readonly rows: readonly {
    readonly label: string;
    readonly value: string;
    readonly layer: string;
    /** A header's own row cannot be pointed at. */
    readonly isHead: boolean;
    readonly level: number;
  }[];
}

export interface BytesPicture {
  readonly of: 'byte';
  readonly packet: string;
  /** Two digits a byte, from byte `first` of the frame on. */
  readonly hex: string;
  readonly first: number;
  /** For each byte the layer that it belongs to, as a place in `layers`. */
  readonly layerOf: readonly number[];
  readonly layers: readonly { readonly name: string; readonly layer: string }[];
}

export interface MapPicture {
  readonly of: 'machine';
  readonly machines: readonly {
    readonly label: string;
    readonly kind: MachineKind;
    /** Whether it can be pointed at. */
    readonly offered: boolean;
  }[];
  readonly wide: MapDrawing;
  readonly tall: MapDrawing;
}

/** One shape of the map, laid out by the Player's own rules (player/map-layout.ts). In px of its width. */
export interface MapDrawing {
  readonly width: number;
  readonly height: number;
  readonly areas: readonly { label: string; x: number; y: number; width: number; height: number }[];
  readonly places: readonly (readonly [x: number, y: number])[];
  readonly wires: readonly (readonly [x1: number, y1: number, x2: number, y2: number])[];
  readonly names: readonly { machine: number; x: number; y: number; align: 'start' | 'middle' | 'end' }[];
}

export interface QuizData {
  readonly chapter: string;
  readonly items: readonly Item[];
}

/** What the reader gives for an item. */
export type Given =
  | { readonly by: 'picks'; readonly picks: readonly number[] }
  | { readonly by: 'order'; readonly order: readonly number[] }
  | { readonly by: 'pairs'; readonly pairs: readonly (number | undefined)[] }
  | { readonly by: 'typing'; readonly text: string };
