// The panels of a figure, by name, in the order of their tabs.
export const panelNames = ['terminal', 'map', 'ladder', 'packets', 'why', 'waterfall', 'transcript'] as const;
export type PanelName = (typeof panelNames)[number];
